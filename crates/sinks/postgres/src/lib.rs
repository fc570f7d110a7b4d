//! PostgreSQL as a sink.
//!
//! Every measurement and table becomes a table of the first schema in the search path, made and widened as
//! the records need it. A batch is one statement however many rows it has, and one transaction: a run needs a
//! round trip for the connection, one to read the description of the table, and one to write.
//!
//! This crate does not know spools, programs or other stores.

mod arrays;
mod catalog;
mod dialect;
mod exact;
mod failure;
mod fitting;
mod isolate;
mod statements;
mod value;
mod write;

use std::time::Duration;

use fault::Kind;
use postgres_client::{Client, Config, Connector, within};
use record::Batch;
use rustls::ClientConfig;
use sink::{Error, Sink, Written};
use sink_sql::write_sifted;

use failure::Failure;
use fitting::Fitting;

const NAME: &str = "postgres";

/// Time limit of a whole write: longer than that of a statement, so that the server's own error comes first.
const WRITE_TIMEOUT: Duration = Duration::from_secs(90);

const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a table can be made or written here at all.
const CHECK: &str = "SELECT current_schema() IS NOT NULL, current_setting('transaction_read_only')::boolean";

/// A PostgreSQL database as a store for records.
#[derive(Debug)]
pub struct PostgresSink {
    connector: Connector,
    fitting: Fitting,
}

impl PostgresSink {
    /// A sink that connects when it is first used, and again when the connection was lost.
    pub fn new(config: Config, tls: ClientConfig) -> Self {
        Self { connector: Connector::new(config, tls), fitting: Fitting::default() }
    }

    /// Does `work` over the connection. After an error the connection is closed.
    async fn with_client<T>(
        &self,
        limit: Duration,
        doing: &str,
        work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let client = self.connector.client().await.map_err(|error| Error::caused(NAME, doing, error))?;
        let value = within(limit, work(&client)).await.map_err(|failure| failure.into_error(doing))?;
        self.connector.put_back(client);
        Ok(value)
    }
}

impl Sink for PostgresSink {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        let write = async |doing: &str, rows: &[usize]| {
            let write = async |client: &Client| write::rows(client, &self.fitting, batch, rows).await;
            self.with_client(WRITE_TIMEOUT, doing, write).await
        };
        Ok(Written { refused: write_sifted(batch, value::fits, write).await? })
    }

    async fn check(&self) -> Result<(), Error> {
        let ask = async |client: &Client| {
            let answer = async { client.query_typed_one(CHECK, &[]).await }
                .await
                .map_err(postgres_client::Error::from)?;
            let get = |index| answer.try_get::<_, bool>(index).map_err(postgres_client::Error::from);
            Ok((get(0)?, get(1)?))
        };
        match self.with_client(CHECK_TIMEOUT, "the database cannot be asked", ask).await? {
            (false, _) => Err(Error::new(NAME, Kind::Configuration, "the search path leads to no schema")),
            (_, true) => Err(Error::new(NAME, Kind::Temporary, "the database is read-only, as a standby is")),
            (true, false) => Ok(()),
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
