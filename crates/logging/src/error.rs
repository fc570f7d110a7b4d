//! Errors of setting up logging.

use fault::{Fault, Kind};
use tracing::subscriber::SetGlobalDefaultError;

/// A failure to set up logging.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A part of the list of levels is not understood.
    #[error("no log level: `{part}` (expected error, warn, info, debug, trace or off, or <crate>=<level>)")]
    Level {
        /// The part that is wrong.
        part: String,
    },
    /// The format is neither of the two.
    #[error("no log format: `{given}` (expected json or text)")]
    Format {
        /// Configured value.
        given: String,
    },
    /// The program has set up its log before.
    #[error("the log is already set up")]
    AlreadyInstalled(#[source] SetGlobalDefaultError),
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }
}
