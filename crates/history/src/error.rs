//! Why a store could not be read.

use std::time::Duration;

use fault::{Fault, Kind};

/// Why a store could not be read. Each says which one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The embedded store.
    #[error("the embedded store cannot be read")]
    Sqlite(#[from] embedded_db::Error),
    /// PostgreSQL.
    #[error("PostgreSQL cannot be read")]
    Postgres(#[from] postgres_client::Error),
    /// InfluxDB did not answer, or refused.
    #[error("InfluxDB cannot be read")]
    Influxdb(#[from] http_client::Error),
    /// InfluxDB answered that the query cannot be run.
    #[error("InfluxDB cannot run the query: {message}")]
    Query {
        /// In its own words.
        message: String,
    },
    /// The work was given up half way.
    #[error("reading the embedded store was given up")]
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
