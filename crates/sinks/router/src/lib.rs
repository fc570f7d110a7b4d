//! Picks the store of a record from the configuration.
//!
//! Without `SINK`, a measurement goes to InfluxDB if that is configured, else to PostgreSQL, else to SQLite; a table
//! to PostgreSQL if configured, else to SQLite. `SINK` names the stores instead; each takes the records it can hold.
//! An MQTT broker is used only where `SINK` names it.

mod config;
mod store;

use http_client::Client;
use record::Schema;
use rustls::ClientConfig;

pub use config::{Config, StoreName};
pub use store::Store;

/// The stores of a program. The default has none.
#[derive(Debug, Default)]
pub struct StoreRouter {
    stores: Vec<Store>,
    is_forced: bool,
}

impl StoreRouter {
    /// The stores that `config` names. None is connected to before it is used.
    pub fn new(config: &Config, http: &Client, tls: &ClientConfig) -> Self {
        let stores = config.stores().into_iter().filter_map(|name| Store::new(name, config, http, tls));
        Self { stores: stores.collect(), is_forced: config.is_forced() }
    }

    /// Every store that records may go to.
    pub fn stores(&self) -> impl Iterator<Item = &Store> {
        self.stores.iter()
    }

    /// The stores that records of this schema go to, in the order of `SINK`.
    pub fn stores_for(&self, schema: &Schema) -> impl Iterator<Item = &Store> {
        let most = if self.is_forced { usize::MAX } else { 1 };
        self.stores.iter().filter(|store| store.holds(schema)).take(most)
    }
}
