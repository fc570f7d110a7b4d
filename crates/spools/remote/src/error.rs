//! Errors of a remote spool.

use fault::{Fault, Kind};

/// A failure to reach, read or write a spool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bucket failed or refused.
    #[error("the spool in the bucket cannot be used")]
    Bucket(#[from] s3_client::Error),
    /// The database failed or refused.
    #[error("the spool in PostgreSQL cannot be used")]
    Postgres(#[from] postgres_client::Error),
    /// An earlier read failed, and the spool was not asked again.
    #[error("the spool could not be read a moment ago")]
    Unreadable,
    /// There is no room for a batch, and nothing may be dropped for it: [`spool::WhenFull::Block`].
    #[error("{place} is full")]
    Full {
        /// The spool.
        place: String,
    },
    /// The lease to deliver expired, and another run took it.
    #[error("another run has taken over the delivery of the spool")]
    Overtaken,
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Bucket(error) => error.kind(),
            Self::Postgres(error) => error.kind(),
            Self::Unreadable | Self::Full { .. } | Self::Overtaken => Kind::Temporary,
        }
    }
}
