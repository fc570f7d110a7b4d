//! What can go wrong with a spool.

use std::path::PathBuf;

use fault::{Fault, Kind};

/// A failure to open, read or write a spool.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened, read or written.
    #[error(transparent)]
    Database(#[from] embedded_db::Error),
    /// A damaged or foreign file is in the way and could not be renamed.
    #[error("{} is not a usable spool and cannot be set aside", path.display())]
    SetAside {
        /// The file in the way.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Database(error) => error.kind(),
            Self::SetAside { .. } => Kind::Configuration,
        }
    }
}
