//! The reason why a batch was not stored.

use std::path::Path;

use fault::{Fault, Kind};
use sink::Error;
use sink_sql::Mismatch;

use crate::NAME;

/// The reason why a batch was not stored.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The table cannot be made to fit.
    Mismatch(Mismatch),
    /// SQLite refused to make it fit.
    Definition(rusqlite::Error),
    /// Anything else.
    Sqlite(rusqlite::Error),
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// The error of the sink, for a failed operation that `doing` describes, on the file at `path`.
    pub(crate) fn into_error(self, doing: &str, path: &Path) -> Error {
        match self {
            Self::Mismatch(mismatch) => Error::caused(NAME, doing, mismatch),
            Self::Sqlite(error) => Error::caused(NAME, doing, embedded_db::Error::from_sqlite(path, error)),
            Self::Definition(error) => {
                let error = embedded_db::Error::from_sqlite(path, error);
                // The mismatch is of the table, not of the batch, and lasts for the next batches.
                let kind = if error.kind() == Kind::Rejected { Kind::Configuration } else { error.kind() };
                Error::new(NAME, kind, format!("{doing}: it cannot be made to fit its records"))
                    .with_source(error)
            }
        }
    }
}
