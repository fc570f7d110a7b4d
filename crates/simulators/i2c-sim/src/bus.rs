//! The bus: devices at their addresses.

use std::sync::{Arc, Mutex, PoisonError};

use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

/// A device on a bus. Its time is that of its own clock.
pub trait Device: Send {
    /// Takes what a controller writes.
    fn write(&mut self, bytes: &[u8]) -> Result<(), NoAcknowledge>;

    /// Fills what a controller reads.
    fn read(&mut self, buffer: &mut [u8]) -> Result<(), NoAcknowledge>;
}

/// Error of a transaction that no device acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAcknowledge;

impl std::fmt::Display for NoAcknowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nobody acknowledged")
    }
}

impl std::error::Error for NoAcknowledge {}

impl embedded_hal::i2c::Error for NoAcknowledge {
    fn kind(&self) -> ErrorKind {
        ErrorKind::NoAcknowledge(NoAcknowledgeSource::Unknown)
    }
}

/// A bus. Clones are the same bus.
#[derive(Clone, Default)]
pub struct Bus {
    devices: Arc<Mutex<Vec<Attached>>>,
}

/// A device and its address.
type Attached = (u8, Box<dyn Device>);

impl Bus {
    /// A bus with nothing on it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bus with `device` at `address`.
    #[must_use]
    pub fn with(self, address: u8, device: impl Device + 'static) -> Self {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner).push((address, Box::new(device)));
        self
    }
}

impl ErrorType for Bus {
    type Error = NoAcknowledge;
}

impl I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), NoAcknowledge> {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, device) = devices.iter_mut().find(|(at, _)| *at == address).ok_or(NoAcknowledge)?;
        operations.iter_mut().try_for_each(|operation| match operation {
            Operation::Write(bytes) => device.write(bytes),
            Operation::Read(buffer) => device.read(buffer),
        })
    }
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory of a byte.
    struct Memory(u8);

    impl Device for Memory {
        fn write(&mut self, bytes: &[u8]) -> Result<(), NoAcknowledge> {
            self.0 = *bytes.first().ok_or(NoAcknowledge)?;
            Ok(())
        }

        fn read(&mut self, buffer: &mut [u8]) -> Result<(), NoAcknowledge> {
            buffer.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_transaction_reaches_the_device_at_its_address() {
        let mut bus = Bus::new().with(0x50, Memory(0)).with(0x51, Memory(9));
        let mut buffer = [0; 2];
        bus.write_read(0x50, &[7], &mut buffer).unwrap();
        assert_eq!(buffer, [7, 7]);
        bus.clone().read(0x51, &mut buffer).unwrap();
        assert_eq!(buffer, [9, 9]);
    }

    #[test]
    fn nobody_acknowledges_at_an_empty_address() {
        assert_eq!(Bus::new().write(0x62, &[0]), Err(NoAcknowledge));
    }
}
