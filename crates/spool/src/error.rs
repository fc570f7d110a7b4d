//! Errors of a spool.

use std::path::PathBuf;

use fault::{Fault, Kind};

/// A failure to open, read or write a spool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened, read or written.
    #[error(transparent)]
    Database(#[from] embedded_db::Error),
    /// There is no room for a push, and nothing may be dropped for it: [`WhenFull::Block`](crate::WhenFull::Block).
    /// Nothing of the push was taken. There is room again when enough was delivered.
    #[error("{} is full", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// A damaged or foreign file is in the way and could not be renamed.
    #[error("{} is not a usable spool and cannot be set aside", path.display())]
    SetAside {
        /// The file in the way.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
}

impl Error {
    /// Whether the disk refused to take the change, and may take it later.
    pub(crate) fn is_disk(&self) -> bool {
        matches!(self, Self::Database(embedded_db::Error::Disk { .. }))
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Full { .. } => Kind::Temporary,
            Self::SetAside { .. } => Kind::Configuration,
        }
    }
}
