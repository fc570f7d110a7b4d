//! Failure of storing a batch.

use fault::{Fault, Kind};
use sink::Error;
use sink_sql::Mismatch;

use crate::NAME;

/// Failure of storing a batch.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The table cannot be made to fit.
    Mismatch(Mismatch),
    /// The server refused to make it fit.
    Definition(postgres_client::Error),
    /// Anything else.
    Server(postgres_client::Error),
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<postgres_client::Error> for Failure {
    fn from(error: postgres_client::Error) -> Self {
        Self::Server(error)
    }
}

impl Failure {
    /// Whether the table is not any more as it was when it was last looked at: another program changed it.
    pub(crate) fn is_stale(&self) -> bool {
        // No index for the identity, no such column, no such table.
        matches!(self, Self::Server(error) if matches!(error.code(), Some("42P10" | "42703" | "42P01")))
    }

    /// Whether some row is at fault, as opposed to the statement or the server.
    pub(crate) fn is_about_rows(&self) -> bool {
        matches!(self, Self::Server(error) if error.code().is_some() && error.kind() == Kind::Rejected)
    }

    /// The error of the sink, for a failed operation that `doing` describes.
    pub(crate) fn into_error(self, doing: &str) -> Error {
        match self {
            Self::Mismatch(mismatch) => Error::caused(NAME, doing, mismatch),
            Self::Server(error) => Error::caused(NAME, doing, error),
            Self::Definition(error) => {
                // The mismatch is of the table, not of the batch, and lasts for the next batches.
                let kind = if error.kind() == Kind::Rejected { Kind::Configuration } else { error.kind() };
                Error::new(NAME, kind, format!("{doing}: it cannot be made to fit its records"))
                    .with_source(error)
            }
        }
    }
}
