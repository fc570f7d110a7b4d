//! The server: listening, limits and graceful shutdown.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinSet, LocalSet};

use crate::connection::converse;
use crate::{Config, Error, Router};

/// Largest number of connections at once. Others wait in the queue of the operating system.
const CONNECTIONS: usize = 128;
/// Time limit for requests in progress after the server is asked to stop.
const GRACE: Duration = Duration::from_secs(5);
/// Wait after a failed accept, as when the process has too many files open.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that listens and does not serve requests yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Binds the address. Clients may connect from then on, and wait.
    ///
    /// # Errors
    ///
    /// The reason why the address cannot be used.
    pub async fn bind(config: &Config) -> Result<Self, Error> {
        let address = config.listen.0;
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address, with the actual port if port 0 was configured.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves requests until `ended`, and then gives those in progress five seconds.
    pub async fn serve(self, router: Router, ended: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "listening");
        if router.is_open() && !self.address.ip().is_loopback() {
            tracing::warn!(address = %self.address, "no authentication: anyone who reaches this address may use the server");
        }
        LocalSet::new().run_until(self.serve_here(Rc::new(router), ended)).await;
    }

    async fn serve_here(self, router: Rc<Router>, ended: impl Future<Output = ()>) {
        let (end, ending) = watch::channel(false);
        let mut open = JoinSet::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let accept = async {
            loop {
                let (stream, place) = next(&self.listener, &places).await;
                let conversation = converse(stream, Rc::clone(&router), ending.clone());
                open.spawn_local(async move {
                    conversation.await;
                    drop(place);
                });
                while open.try_join_next().is_some() {}
            }
        };
        tokio::select! {
            () = accept => {}
            () = ended => {}
        }
        drop(self.listener);
        end.send_replace(true);
        let all = async { while open.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("aborted requests that took longer than {} s after the stop", GRACE.as_secs());
        }
    }
}

async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a permit.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::debug!(error = fault::chain(&error), "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
