//! The broker: a thread with a listener, the sessions of its clients, and the faults.

mod connection;
mod fault;
mod filter;
mod session;
mod state;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::Message;
use fault::Faults;
pub use fault::{InjectedFault, ParseFaultError};
use state::State;

/// A running MQTT 3.1.1 broker. Dropping it stops it.
///
/// It supports QoS 0 and 1: a subscription at QoS 2 is granted at 1, a publisher at QoS 2 is disconnected. It supports
/// retained messages, wildcards, wills, persistent sessions and `$share/GROUP/FILTER`.
#[derive(Debug)]
pub struct Broker {
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Option<Running>,
}

/// Options of a broker.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on the loopback address; 0 for a free one.
    pub port: u16,
    /// Accepted users and passwords. Empty to accept all clients.
    pub users: Vec<(String, String)>,
    /// Largest number of unacknowledged messages per client. Mosquitto's default is 20.
    pub in_flight: usize,
    /// Largest number of queued messages per client; later ones are dropped. Mosquitto's default is 1,000.
    pub queue: usize,
    /// Number of published messages kept for [`Broker::messages`].
    pub kept: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, users: Vec::new(), in_flight: 20, queue: 1_000, kept: 10_000 }
    }
}

impl Broker {
    /// Starts a broker on a free port, open to all clients.
    ///
    /// # Errors
    /// No port is free, or no thread can be started.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Options::default())
    }

    /// Starts a broker with options.
    ///
    /// # Errors
    /// The port is not free, or no thread can be started.
    pub fn start_with(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))?;
        let address = listener.local_addr()?;
        let state = Mutex::new(State::new(&options));
        let shared = Arc::new(Shared { users: options.users, state, faults: Mutex::default() });
        let running = Some(Running::start(listener, &shared)?);
        Ok(Self { address, shared, running })
    }

    /// The address, `mqtt://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("mqtt://{}", self.address)
    }

    /// The port on the loopback address.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Stops the broker and closes all connections. Sessions and retained messages are kept, as on a disk.
    pub fn stop(&mut self) {
        self.running = None;
        self.shared.state().end_all();
    }

    /// Restarts the broker with its sessions and retained messages.
    ///
    /// # Errors
    /// The port is taken, or no thread can be started.
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        self.running = Some(Running::start(TcpListener::bind(self.address)?, &self.shared)?);
        Ok(())
    }

    /// Drops sessions and retained messages, like a broker without a disk when it stops.
    pub fn forget(&self) {
        self.shared.state().forget();
    }

    /// Closes all connections; wills are published.
    pub fn disconnect_all(&self) {
        self.shared.state().evict_all();
    }

    /// Publishes a message.
    pub fn publish(&self, topic: &str, payload: impl Into<Bytes>, retain: bool) {
        self.shared.state().publish(Message::new(topic, payload).retained(retain));
    }

    /// All published messages, oldest first, including wills.
    pub fn messages(&self) -> Vec<Message> {
        self.shared.state().published()
    }

    /// Client ids of the connected clients, sorted.
    pub fn clients(&self) -> Vec<String> {
        self.shared.state().clients()
    }

    /// Whether a client, connected or not, has subscribed to this topic.
    pub fn has_listener(&self, topic: &str) -> bool {
        self.shared.state().has_listener(topic)
    }

    /// Number of queued and unacknowledged messages of a client.
    pub fn backlog(&self, client: &str) -> usize {
        self.shared.state().backlog(client)
    }

    /// Adds a fault.
    pub fn set_fault(&self, fault: InjectedFault) {
        self.shared.faults().set(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        *self.shared.faults() = Faults::default();
    }
}

/// The thread with the listener. Dropping it closes all connections.
#[derive(Debug)]
struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(listener: TcpListener, shared: &Arc<Shared>) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serve = connection::serve(listener, Arc::clone(shared));
        let thread = std::thread::Builder::new().name("mqtt-sim".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// State that the thread of the broker shares with its owner.
#[derive(Debug)]
struct Shared {
    users: Vec<(String, String)>,
    state: Mutex<State>,
    faults: Mutex<Faults>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
