//! The server: a thread with a listener, what it saw, and the faults it was asked for.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::fault::misbehave;
use crate::{Fault, Reply, Request, Service, connection};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How a server is started, where the defaults do not do.
#[derive(Default)]
pub struct Options {
    /// The port on the loopback address; 0 for a free one.
    pub port: u16,
    /// Where each request is written as a line of JSON.
    pub log: Option<Box<dyn Write + Send>>,
}

impl Server {
    /// Starts `service` on a free port.
    ///
    /// # Errors
    /// When no port can be had or no thread can be started.
    pub fn start(service: impl Service) -> io::Result<Self> {
        Self::start_with(Options::default(), service)
    }

    /// Starts `service` as `options` say.
    ///
    /// # Errors
    /// When the port cannot be had or no thread can be started.
    pub fn start_with(options: Options, service: impl Service) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            service: Box::new(service),
            faults: Mutex::default(),
            requests: Mutex::default(),
            log: Mutex::new(options.log),
        });
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serve = connection::serve(listener, url.clone(), Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("http-sim".into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
            // A service that still blocks must not keep the one who stops the server waiting.
            runtime.shutdown_background();
        })?;
        Ok(Self { url, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, oldest first, those that met a fault included.
    pub fn requests(&self) -> Vec<Request> {
        locked(&self.shared.requests).clone()
    }

    /// Adds a fault. Where several match a request, the first one added strikes.
    pub fn set_fault(&self, fault: Fault) {
        locked(&self.shared.faults).push(fault);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        locked(&self.shared.faults).clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the server's thread and its owner share.
pub(crate) struct Shared {
    service: Box<dyn Service>,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<Request>>,
    log: Mutex<Option<Box<dyn Write + Send>>>,
}

impl Shared {
    /// Keeps the request and answers it, or misbehaves.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        if let Some(log) = locked(&self.log).as_mut() {
            // A full disk is no reason to answer differently.
            let _ = writeln!(log, "{}", request.to_log_line()).and_then(|()| log.flush());
        }
        locked(&self.requests).push(request.clone());
        let struck = locked(&self.faults).iter_mut().find_map(|fault| fault.strike(request));
        match struck {
            Some(kind) => misbehave(kind, request, &*self.service),
            None => self.service.reply(request),
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("faults", &self.faults).finish_non_exhaustive()
    }
}

/// A panic of one test's service must not hide what another thread has to tell.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
