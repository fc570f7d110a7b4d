//! The bus, over a device file or a socket.

use std::fmt;

use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, Operation};

#[cfg(unix)]
use crate::socket::Socket;

/// An open bus.
pub struct Bus(Carrier);

/// The carrier of a bus's transactions. Without any, as on Windows, no bus can be made.
pub(crate) enum Carrier {
    #[cfg(target_os = "linux")]
    Device(linux_embedded_hal::I2cdev),
    #[cfg(unix)]
    Socket(Socket),
    #[cfg(not(unix))]
    #[expect(dead_code, reason = "no value of it can exist")]
    Absent(std::convert::Infallible),
}

/// A transaction that failed.
pub struct TransferError {
    kind: ErrorKind,
    description: String,
}

impl TransferError {
    pub(crate) fn new(kind: ErrorKind, description: impl Into<String>) -> Self {
        Self { kind, description: description.into() }
    }
}

impl Bus {
    pub(crate) fn new(carrier: Carrier) -> Self {
        Self(carrier)
    }
}

impl ErrorType for Bus {
    type Error = TransferError;
}

impl I2c for Bus {
    #[cfg_attr(not(unix), expect(unused_variables, reason = "there is no bus to use them on"))]
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), TransferError> {
        match &mut self.0 {
            #[cfg(target_os = "linux")]
            Carrier::Device(device) => device.transaction(address, operations).map_err(|error| {
                TransferError::new(embedded_hal::i2c::Error::kind(&error), format!("{error:?}"))
            }),
            #[cfg(unix)]
            Carrier::Socket(socket) => socket.transaction(address, operations),
            #[cfg(not(unix))]
            Carrier::Absent(never) => match *never {},
        }
    }
}

impl embedded_hal::i2c::Error for TransferError {
    fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// The description alone: embedded-hal promises nothing but this text of a bus's error.
impl fmt::Debug for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}
