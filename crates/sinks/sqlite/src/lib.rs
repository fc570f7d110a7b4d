//! SQLite as a sink: the store of a program that has no other.
//!
//! Every measurement and table becomes a table of one file, made and widened as the records need it. A time is text
//! such as `2026-11-22T04:28:17.000000Z`, so that text order is time order; a date is `2026-11-22`; a decimal is text,
//! which keeps it exact; a boolean is 0 or 1; a document is its JSON.
//!
//! A write blocks its thread while the disk works, or while another program writes to the file.
//!
//! This crate does not know spools, programs or other stores.

mod catalog;
mod dialect;
mod failure;
mod replace;
mod value;
mod write;

use std::cell::RefCell;
use std::path::PathBuf;

use embedded_db::BUSY_TIMEOUT;
use record::Batch;
use rusqlite::{Connection, TransactionBehavior};
use settings::Settings;
use sink::{Error, Sink, Written};
use sink_sql::write_sifted;

use failure::Failure;

const NAME: &str = "sqlite";

/// Memory for pages of the file, in KiB. SQLite by itself would come to 2 MiB, which is much for a device
/// that runs for months, and rows that are only added need little more than the pages they go to.
const CACHE_KIB: i64 = 256;

/// Place of the embedded store.
#[derive(Debug, Clone, Settings)]
#[setting(group = "stores")]
pub struct Config {
    /// The file of the embedded store; it is made, with its folder, when it is first needed.
    #[setting(name = "SQLITE_PATH", default = "data/platform.db")]
    pub path: PathBuf,
}

/// A file as a store for records.
#[derive(Debug)]
pub struct SqliteSink {
    path: PathBuf,
    /// Absent until it is first needed, and after an error: the next write opens the file anew.
    connection: RefCell<Option<Connection>>,
}

impl SqliteSink {
    /// A sink that opens its file when it is first used.
    pub fn new(config: &Config) -> Self {
        Self { path: config.path.clone(), connection: RefCell::new(None) }
    }

    fn with_connection<T>(
        &self,
        doing: &str,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        // A file that was moved away would take rows that nobody finds again.
        let kept = self.connection.take().filter(|_| self.path.exists());
        let kept = kept.map_or_else(|| self.open(), Ok);
        let mut connection = kept.map_err(|error| Error::caused(NAME, doing, error))?;
        let result = work(&mut connection).map_err(|failure| failure.into_error(doing, &self.path))?;
        self.connection.replace(Some(connection));
        Ok(result)
    }

    fn open(&self) -> Result<Connection, embedded_db::Error> {
        let connection = embedded_db::open(&self.path, BUSY_TIMEOUT)?;
        connection
            .pragma_update(None, "cache_size", -CACHE_KIB)
            .map_err(|error| embedded_db::Error::from_sqlite(&self.path, error))?;
        Ok(connection)
    }
}

impl Sink for SqliteSink {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn write(&self, batch: &Batch<'_>) -> Result<Written, Error> {
        let write = async |doing: &str, rows: &[usize]| {
            self.with_connection(doing, |open| write::rows(open, batch, rows))
        };
        Ok(Written { refused: write_sifted(batch, value::fits, write).await? })
    }

    async fn check(&self) -> Result<(), Error> {
        self.with_connection("the file cannot be written", |connection| {
            connection.transaction_with_behavior(TransactionBehavior::Immediate)?.rollback()?;
            Ok(())
        })
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_is_open_for_months_keeps_little_of_the_file_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let sink = SqliteSink::new(&Config { path: folder.path().join("platform.db") });
        let doing = "the size of the cache cannot be read";
        let size = sink.with_connection(doing, |connection| {
            Ok(connection.pragma_query_value(None, "cache_size", |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(size.unwrap(), -CACHE_KIB);
    }
}
