//! A serial port by its path, or by the USB adapter it is on.
//!
//! The name of a port changes: an adapter that is pulled out and pushed in again may come back as `/dev/ttyUSB1`. So a
//! port can be named by the adapter instead, and is looked for each time it is opened.
//!
//! ```
//! use settings::{Settings, Source};
//!
//! let mut source = Source::of([("SERIAL_USB", "1a86:7523")]);
//! let config = serial_port::Config::read(&mut source).ok_or("no port")?;
//! // Inside of a runtime: config.open(9600)?
//! assert_eq!(config.to_string(), "USB adapter 1a86:7523");
//! # Ok::<(), &str>(())
//! ```

mod adapter;
mod config;
mod error;

pub use adapter::UsbId;
pub use config::Config;
pub use error::Error;
pub use serial2_tokio::SerialPort;
