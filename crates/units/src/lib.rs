//! Conversion of measured values to the units of records.
//!
//! Services and sensors measure in many units; the records of one quantity have one: °C, m/s, %, hPa, m, mm, W, kWh.
//! Each quantity is an enum of its units. A unit is chosen in code, or found by its symbol:
//!
//! ```
//! use units::{Speed, Temperature};
//!
//! assert_eq!(Temperature::Fahrenheit.celsius(212.0), 100.0);
//! let unit: Speed = "km_h-1".parse()?;
//! assert_eq!(unit.meters_per_second(36.0), 10.0);
//! assert_eq!("furlong".parse::<Speed>().unwrap_err().to_string(), "`furlong` is not a known unit of speed");
//! # Ok::<(), units::UnknownUnit>(())
//! ```
//!
//! Symbols are those of the International System, of UCUM and the WMO code list, and of common use.

mod compass;
mod quantities;

pub use compass::degrees_of_direction;
pub use quantities::{Distance, Energy, Power, Precipitation, Pressure, Share, Speed, Temperature};

/// A symbol that is no unit of the quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{symbol}` is not a known unit of {quantity}")]
pub struct UnknownUnit {
    /// The symbol.
    pub symbol: String,
    /// The quantity, as in `speed`.
    pub quantity: &'static str,
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
