//! A network between a program and a server that can be cut or slow.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

const READ_BYTES: usize = 64 * 1024;

/// A network between a program and a server: it forwards the connections to its port to the server.
///
/// Dropping it ends all connections through it.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// State of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Full speed.
    Good,
    /// No byte goes through, without an error. Connections stay, and so do bytes in flight.
    Cut,
    /// Small pieces in each direction of a connection, each after a delay.
    Slow {
        /// Largest size of a piece.
        bytes: usize,
        /// Delay of each piece.
        delay: Duration,
    },
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    network: Network,
    has_ended: bool,
    /// Both ends of each connection.
    streams: Vec<TcpStream>,
}

impl Link {
    /// A good network on the loopback address, before the server on this port of it.
    ///
    /// # Errors
    /// There is no free port.
    pub fn to(port: u16) -> io::Result<Self> {
        Self::from(Ipv4Addr::LOCALHOST, port)
    }

    /// The same, reached under another address of this machine.
    ///
    /// # Errors
    /// It is no address of this machine.
    pub fn from(address: Ipv4Addr, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0))?;
        let address = listener.local_addr()?;
        let state = State { network: Network::Good, has_ended: false, streams: Vec::new() };
        let target = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        let shared = Arc::new(Shared { target, state: Mutex::new(state), changed: Condvar::new() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.lock().has_ended {
                    break;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || shared.connect(stream));
            }
        });
        Ok(Self { address, shared })
    }

    /// Address that programs connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of the server with the address of this network in place of its own.
    pub fn instead_of(&self, url: &str) -> String {
        let port = self.shared.target.port();
        url.replace(&format!("127.0.0.1:{port}"), &self.address.to_string())
    }

    /// Sets the state of the network.
    pub fn set(&self, network: Network) {
        self.shared.lock().network = network;
        self.shared.changed.notify_all();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.has_ended = true;
        for stream in state.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_all();
        // A last connection wakes the thread that accepts them.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn connect(self: Arc<Self>, near: TcpStream) {
        if self.wait().is_none() {
            return;
        }
        let Ok(far) = TcpStream::connect(self.target) else { return };
        let clones = || Ok::<_, io::Error>([near.try_clone()?, far.try_clone()?]);
        let (Ok(kept), Ok([near_read, far_write])) = (clones(), clones()) else { return };
        for stream in &kept {
            let _ = stream.set_nodelay(true);
        }
        self.lock().streams.extend(kept);
        let other = Arc::clone(&self);
        thread::spawn(move || other.carry(near_read, far_write));
        self.carry(far, near);
    }

    /// Carries bytes in one direction until one of the two ends the connection.
    fn carry(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = vec![0; READ_BYTES];
        while let Some(network) = self.wait() {
            let most =
                if let Network::Slow { bytes, .. } = network { bytes.min(READ_BYTES) } else { READ_BYTES };
            let piece = bytes.get_mut(..most).unwrap_or_default();
            let Ok(read @ 1..) = from.read(piece) else { break };
            // Data in flight during the interruption arrives after it.
            let Some(network) = self.wait() else { break };
            if let Network::Slow { delay, .. } = network {
                thread::sleep(delay);
            }
            if to.write_all(piece.get(..read).unwrap_or_default()).is_err() {
                break;
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    /// Waits while the network is cut; `None` when it has ended.
    fn wait(&self) -> Option<Network> {
        let is_cut = |state: &mut State| state.network == Network::Cut && !state.has_ended;
        let state = self.changed.wait_while(self.lock(), is_cut).unwrap_or_else(PoisonError::into_inner);
        (!state.has_ended).then_some(state.network)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 100];
            while let Ok(read @ 1..) = stream.read(&mut bytes) {
                stream.write_all(&bytes[..read]).unwrap();
            }
        });
        port
    }

    #[test]
    fn bytes_in_flight_during_a_cut_arrive_after_it() {
        let link = Link::to(echo()).unwrap();
        let mut stream = TcpStream::connect(link.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut answer = [0; 1];
        stream.write_all(b"a").unwrap();
        stream.read_exact(&mut answer).unwrap();
        link.set(Network::Cut);
        stream.write_all(b"b").unwrap();
        assert!(stream.read_exact(&mut answer).is_err());
        link.set(Network::Slow { bytes: 1, delay: Duration::from_millis(1) });
        stream.set_read_timeout(None).unwrap();
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"b");
        drop(link);
        assert_eq!(stream.read(&mut answer).unwrap_or(0), 0);
    }
}
