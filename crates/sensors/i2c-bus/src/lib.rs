//! An I2C bus by its address, and a timer that waits without blocking the program.
//!
//! [`Config`] opens the bus as an [`embedded_hal::i2c::I2c`] together with a [`Timer`], an
//! [`embedded_hal_async::delay::DelayNs`]. Drivers take both. The address is a device file of Linux, or a Unix socket
//! behind which a process answers for the sensors.
//!
//! Programs build where there is no I2C, and report that when they start.

mod address;
mod bus;
mod config;
mod error;
#[cfg(unix)]
mod socket;
mod timer;

pub use address::Address;
pub use bus::{Bus, TransferError};
pub use config::Config;
pub use error::Error;
pub use timer::Timer;
