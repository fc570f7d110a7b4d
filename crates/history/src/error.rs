//! Errors of reading a store. Each names the store.

use std::time::Duration;

use fault::{Fault, Kind};

/// Errors of reading a store. Each names the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The embedded store.
    #[error("the embedded store cannot be read")]
    Sqlite(#[from] embedded_db::Error),
    /// PostgreSQL.
    #[error("PostgreSQL cannot be read")]
    Postgres(#[from] postgres_client::Error),
    /// InfluxDB did not answer, or refused the request.
    #[error("InfluxDB cannot be read")]
    Influxdb(#[from] http_client::Error),
    /// InfluxDB cannot run the query.
    #[error("InfluxDB cannot run the query: {message}")]
    Query {
        /// Message of InfluxDB.
        message: String,
    },
    /// The read was aborted.
    #[error("reading the embedded store was aborted")]
    GivenUp,
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(error) => error.kind(),
            Self::Postgres(error) => error.kind(),
            Self::Influxdb(error) => error.kind(),
            Self::Query { .. } => Kind::Rejected,
            Self::GivenUp => Kind::Temporary,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Influxdb(error) => error.retry_after(),
            _ => None,
        }
    }
}
