//! The server: listens, holds its limits, ends when it is told to.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinSet, LocalSet};

use crate::connection::converse;
use crate::{Config, Error, Router};

/// How many clients are served at once. The others wait in the queue of the operating system.
const CONNECTIONS: usize = 128;
/// How long requests that are under way may take to end, once the server is told to.
const GRACE: Duration = Duration::from_secs(5);
/// Where no connection can be accepted, because the process has too many files open, it takes a moment to have less.
const PAUSE: Duration = Duration::from_millis(100);

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the address. From then on clients may connect, and wait.
    ///
    /// # Errors
    ///
    /// Why the address cannot be had.
    pub async fn bind(config: &Config) -> Result<Self, Error> {
        let address = config.listen.0;
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address, with the port that was free where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `ended`, and then gives those under way five seconds.
    pub async fn serve(self, router: Router, ended: impl Future<Output = ()>) {
        tracing::info!(address = %self.address, "listening");
        if router.is_open() && !self.address.ip().is_loopback() {
            tracing::warn!(address = %self.address, "whoever reaches this address may use it: no token is set");
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
            tracing::warn!("requests were cut off: they took longer than {} s to end", GRACE.as_secs());
        }
    }
}

async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // Nobody closes the semaphore, so there always is a permit.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::debug!(error = fault::chain(&error), "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
