//! A connection that is made when it is first needed, and made again when it was lost.

use std::cell::RefCell;

use rustls::ClientConfig;
use tokio_postgres::Client;

use crate::{Config, Error, connect};

/// Hands out a connection and takes it back.
///
/// The holder may leave the connection in any condition: unless it is returned, it is closed, and the server rolls back
/// open transactions. So a failure, or a dropped future, never leaves a transaction open.
#[derive(Debug)]
pub struct Connector {
    config: Config,
    tls: ClientConfig,
    idle: RefCell<Option<Client>>,
}

impl Connector {
    /// A connector that has not connected yet.
    pub fn new(config: Config, tls: ClientConfig) -> Self {
        Self { config, tls, idle: RefCell::new(None) }
    }

    /// The connection that was put back last, if it is still there, or else a new one.
    ///
    /// # Errors
    ///
    /// The reason why there is no connection.
    pub async fn client(&self) -> Result<Client, Error> {
        let idle = self.idle.take().filter(|client| !client.is_closed());
        match idle {
            Some(client) => Ok(client),
            None => self.separate().await,
        }
    }

    /// A connection of its own, which others never get: for a lock that lasts as long as it.
    ///
    /// # Errors
    ///
    /// The reason why there is no connection.
    pub async fn separate(&self) -> Result<Client, Error> {
        connect(&self.config, &self.tls).await
    }

    /// Keeps a connection that is outside of any transaction for the next call.
    pub fn put_back(&self, client: Client) {
        self.idle.replace(Some(client));
    }
}
