//! Errors of [`Server::bind`](crate::Server::bind).

use std::io;
use std::net::SocketAddr;

use fault::{Fault, Kind};

/// Errors of [`Server::bind`](crate::Server::bind).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be used: it is taken, belongs to another machine, or the port is not allowed.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as it was configured.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            // The previous owner of the port may still be stopping.
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => Kind::Temporary,
            Self::Listen { .. } => Kind::Configuration,
        }
    }
}
