//! An error of a sensor, with the port or bus it is on.
//!
//! A port or bus that cannot be opened names itself; a driver does not know where its sensor is. [`SensorError`] is both
//! for the program, and [`OnPort`] adds the place to the error of a driver:
//!
//! ```
//! use fault::Fault;
//! use sensor_error::{OnPort as _, SensorError};
//!
//! fn begin(port: &str, answer: Result<u16, impl Fault + Send + Sync + 'static>) -> Result<u16, SensorError> {
//!     answer.on(port)
//! }
//! ```

use std::error::Error;
use std::fmt;
use std::time::Duration;

use fault::{Fault, Kind};

/// A sensor that cannot be reached or does not work.
#[derive(Debug)]
pub struct SensorError {
    /// The port or bus; `None` where it names itself.
    port: Option<String>,
    source: Box<dyn Fault + Send + Sync>,
}

/// Adds the port or bus of a sensor to an error of its driver.
pub trait OnPort<T> {
    /// The result with the port or bus in the error: its path, or as a person calls it.
    ///
    /// # Errors
    ///
    /// The error of the driver, as the cause.
    fn on(self, port: impl fmt::Display) -> Result<T, SensorError>;
}

impl SensorError {
    /// A port or bus that cannot be opened. The error names it.
    pub fn of_port(error: impl Fault + Send + Sync + 'static) -> Self {
        Self { port: None, source: Box::new(error) }
    }
}

impl<T, E: Fault + Send + Sync + 'static> OnPort<T> for Result<T, E> {
    fn on(self, port: impl fmt::Display) -> Result<T, SensorError> {
        self.map_err(|error| SensorError { port: Some(port.to_string()), source: Box::new(error) })
    }
}

impl fmt::Display for SensorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.port {
            Some(port) => f.write_str(port),
            None => self.source.fmt(f),
        }
    }
}

impl Error for SensorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &(dyn Error + 'static) = &*self.source;
        if self.port.is_some() { Some(source) } else { source.source() }
    }
}

impl Fault for SensorError {
    fn kind(&self) -> Kind {
        self.source.kind()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.source.retry_after()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Silent;

    impl fmt::Display for Silent {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the sensor is silent")
        }
    }

    impl Error for Silent {}

    impl Fault for Silent {
        fn kind(&self) -> Kind {
            Kind::Temporary
        }
    }

    #[test]
    fn a_driver_error_is_reported_with_its_port() {
        let error = Err::<(), _>(Silent).on("/dev/ttyUSB0").unwrap_err();
        assert_eq!(fault::chain(&error), "/dev/ttyUSB0: the sensor is silent");
        assert_eq!(error.kind(), Kind::Temporary);
    }

    #[test]
    fn a_port_s_error_stands_for_itself() {
        assert_eq!(fault::chain(&SensorError::of_port(Silent)), "the sensor is silent");
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
