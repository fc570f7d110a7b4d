//! Errors of reading a machine.

use std::io;

use fault::{Fault, Kind};

/// Errors of reading a machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing to read: the root is wrong, or this is no Linux.
    #[error("{path} cannot be read, from which the machine is known")]
    NoMachine {
        /// The file that has to be there.
        path: String,
        /// Error of the operating system.
        #[source]
        source: io::Error,
    },
    /// The file system of a path does not tell how full it is.
    #[error("the disk at {mount} cannot be read")]
    Disk {
        /// The path, as the machine knows it.
        mount: String,
        /// Error of the operating system.
        #[source]
        source: io::Error,
    },
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NoMachine { .. } => Kind::Configuration,
            // A disk that is unplugged may be plugged in again.
            Self::Disk { .. } => Kind::Temporary,
        }
    }
}
