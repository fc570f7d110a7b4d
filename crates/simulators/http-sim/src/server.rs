//! The server: a thread with a listener.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::shared::Shared;
use crate::{InjectedFault, Request, Service, connection};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Options of a server.
#[derive(Default)]
pub struct Options {
    /// The port on the loopback address; 0 for a free one.
    pub port: u16,
    /// Log of requests, one line of JSON each.
    pub log: Option<Box<dyn Write + Send>>,
}

impl Server {
    /// Starts `service` on a free port.
    ///
    /// # Errors
    /// No port is free, or no thread can be started.
    pub fn start(service: impl Service) -> io::Result<Self> {
        Self::start_with(Options::default(), service)
    }

    /// Starts `service` with options.
    ///
    /// # Errors
    /// The port is not free, or no thread can be started.
    pub fn start_with(options: Options, service: impl Service) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(service, options.log));
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
            // A service that still blocks must not delay the stop.
            runtime.shutdown_background();
        })?;
        Ok(Self { url, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All requests so far, oldest first, including those with a fault.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests()
    }

    /// Adds a fault. If several match a request, the first one applies.
    pub fn set_fault(&self, fault: InjectedFault) {
        self.shared.set_fault(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.clear_faults();
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
