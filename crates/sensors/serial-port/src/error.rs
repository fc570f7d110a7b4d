//! Errors of opening a port.

use std::io;
use std::path::PathBuf;

use fault::{Fault, Kind};
use sensor_error::SensorError;

use crate::UsbId;

/// A port that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such adapter is plugged in, or not yet.
    #[error("no serial port of a USB adapter {id} is there")]
    NotPlugged {
        /// The adapter in the settings.
        id: UsbId,
    },
    /// Several adapters match.
    #[error("{} serial ports are meant by SERIAL_USB={id}: {}; add a colon and what is in brackets", ports.len(), ports.join(", "))]
    Several {
        /// The adapter in the settings.
        id: UsbId,
        /// Each port, with its distinguishing part in brackets.
        ports: Vec<String>,
    },
    /// This system does not report which port is on which adapter.
    #[error("SERIAL_USB works on Linux only; set SERIAL_PORT")]
    NoSysfs(#[source] io::Error),
    /// The port is there, and this user may not use it.
    #[error("{} may not be used; its group, often `dialout`, has to be one of the user's", path.display())]
    Forbidden {
        /// The port.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The port cannot be opened.
    #[error("{} cannot be opened as a serial port", path.display())]
    Open {
        /// The port.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn open(path: PathBuf, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::PermissionDenied {
            return Self::Forbidden { path, source };
        }
        Self::Open { path, source }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            // A port that is not there may be plugged in at any time.
            Self::NotPlugged { .. } | Self::Open { .. } => Kind::Temporary,
            Self::Several { .. } | Self::NoSysfs(_) | Self::Forbidden { .. } => Kind::Configuration,
        }
    }
}

impl From<Error> for SensorError {
    fn from(error: Error) -> Self {
        Self::of_port(error)
    }
}
