//! The Nova SDS011 particle sensor, on any serial port.
//!
//! The sensor speaks at 9600 baud, 8 data bits, no parity, 1 stop bit, as *Laser Dust Sensor Control Protocol V1.3* of
//! Nova Fitness has it. [`Command`] makes the bytes that are sent and [`Decoder`] finds the [`Frame`]s in the bytes that
//! arrive; neither does I/O. [`Sds011`] is the driver on top, generic over its port.
//!
//! ```
//! use sds011::{DutyCycle, Error, Reading, Sds011};
//! use tokio::io::{AsyncRead, AsyncWrite};
//!
//! async fn once(port: impl AsyncRead + AsyncWrite + Unpin) -> Result<Reading, Error> {
//!     let mut sensor = Sds011::new(port);
//!     sensor.sample(&DutyCycle::default()).await
//! }
//! ```

mod command;
mod decoder;
mod driver;
mod duty;
mod error;
mod frame;

pub use command::{Command, Reporting, Work, WorkingPeriod};
pub use decoder::{Damage, Decoder};
pub use driver::{Firmware, Sds011};
pub use duty::DutyCycle;
pub use error::Error;
pub use frame::{Answer, DeviceId, Frame, Reading};

/// The speed of the port, in baud.
pub const BAUD: u32 = 9600;
