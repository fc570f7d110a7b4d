//! Why there is no server.

use std::io;
use std::net::SocketAddr;

use fault::{Fault, Kind};

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on: it is taken, it is not of this machine, or the port is not allowed.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as it was configured.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            // Whoever had it before may still be ending.
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Kind::Temporary,
            Self::Listen { .. } => Kind::Configuration,
        }
    }
}
