//! What stands for a bus on systems that have none.

use std::convert::Infallible;

use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, Operation};

/// A bus that cannot be had.
#[derive(Debug)]
pub struct Bus(Infallible);

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl I2c for Bus {
    fn transaction(&mut self, _: u8, _: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        match self.0 {}
    }
}
