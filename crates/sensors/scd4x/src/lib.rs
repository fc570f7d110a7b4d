//! The Sensirion SCD40 and SCD41 CO2 sensors, on any I2C bus.
//!
//! Commands, delays and formulas are those of the data sheet of Sensirion. The bus is
//! [`embedded_hal::i2c::I2c`], which blocks for the millisecond a transfer takes. Waiting is
//! [`embedded_hal_async::delay::DelayNs`], since a command may take half a second, and a measurement takes five.
//!
//! ```
//! use embedded_hal::i2c::I2c;
//! use embedded_hal_async::delay::DelayNs;
//! use scd4x::{Error, Reading, Scd4x, Setup};
//!
//! async fn first(bus: impl I2c, delay: impl DelayNs) -> Result<Reading, Error> {
//!     let mut sensor = Scd4x::new(bus, delay);
//!     sensor.begin(&Setup { altitude: Some(520), ..Setup::default() }).await?;
//!     sensor.read().await
//! }
//! ```

mod command;
mod driver;
mod error;
mod reading;
mod setup;
mod word;

pub use driver::Scd4x;
/// Timer of the driver.
pub use embedded_hal_async::delay::DelayNs;
pub use error::Error;
pub use reading::Reading;
pub use setup::{Power, Setup};

/// The address of the sensor; it has no other.
pub const ADDRESS: u8 = 0x62;
