//! An I2C bus of a Linux machine, and waits that block nobody.
//!
//! [`Config`] opens the bus as an [`embedded_hal::i2c::I2c`]; [`Timer`] waits as an
//! [`embedded_hal_async::delay::DelayNs`]. Drivers take both.
//!
//! Programs build where there is no I2C, and say so when they are started.

#[cfg(not(target_os = "linux"))]
mod absent;
mod config;
mod error;
mod timer;

pub use config::Config;
pub use error::Error;
pub use timer::Timer;

#[cfg(not(target_os = "linux"))]
pub use absent::Bus;
/// The bus.
#[cfg(target_os = "linux")]
pub use linux_embedded_hal::I2cdev as Bus;
