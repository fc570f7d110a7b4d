//! Errors of reading and writing state.

use std::time::Duration;

use fault::{Fault, Kind};

/// Errors of reading and writing state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The SQLite file.
    #[error("the state cannot be read or written")]
    Sqlite(#[from] embedded_db::Error),
    /// The PostgreSQL database.
    #[error("the state cannot be read or written")]
    Postgres(#[from] postgres_client::Error),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(error) => error.kind(),
            Self::Postgres(error) => error.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Sqlite(error) => error.retry_after(),
            Self::Postgres(error) => error.retry_after(),
        }
    }
}
