//! Errors of opening a bus.

use std::io;
use std::path::PathBuf;

use fault::{Fault, Kind};
use sensor_error::SensorError;

/// A bus that cannot be opened. A person has to change something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bus is not there: I2C is not switched on, or it has another number.
    #[error("there is no I2C bus {}; I2C may have to be switched on", path.display())]
    NoBus {
        /// The path of the setting.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The bus is there, and this user may not use it.
    #[error("{} may not be used; its group, often `i2c`, has to be one of the user's", path.display())]
    Forbidden {
        /// The bus.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The bus cannot be opened.
    #[error("{} cannot be opened as an I2C bus", path.display())]
    Open {
        /// The bus.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// No process listens on the socket.
    #[error("no I2C bus answers on the socket {}", path.display())]
    NoSocket {
        /// The socket.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// This system has no I2C known to this crate.
    #[error("I2C works on Linux only")]
    NotLinux,
}

impl Error {
    #[cfg(target_os = "linux")]
    pub(crate) fn open(path: PathBuf, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoBus { path, source },
            io::ErrorKind::PermissionDenied => Self::Forbidden { path, source },
            _ => Self::Open { path, source },
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }
}

impl From<Error> for SensorError {
    fn from(error: Error) -> Self {
        Self::of_port(error)
    }
}
