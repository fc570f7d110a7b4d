//! InfluxDB line protocol, written and read to the letter.
//!
//! [`Lines`] writes: names are escaped once, values are escaped as they are copied, and nothing is allocated per point.
//! [`parse`] reads strictly, and explains errors.
//!
//! ```
//! use line_protocol::{Field, Lines, Name};
//!
//! # fn main() -> Result<(), line_protocol::Error> {
//! let (weather, city, temp) = (Name::measurement("weather")?, Name::key("city")?, Name::key("temp")?);
//!
//! let mut lines = Lines::new();
//! let mut line = lines.line(&weather);
//! line.tag(&city, "New York")?;
//! line.field(&temp, Field::Float(21.5))?;
//! line.end(1_700_000_000_000_000_000)?;
//!
//! assert_eq!(lines.as_str(), "weather,city=New\\ York temp=21.5 1700000000000000000\n");
//! # Ok(())
//! # }
//! ```
//!
//! The format is described at <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/>. For
//! details that it leaves out, the test corpus of <https://github.com/influxdata/line-protocol> decides.

mod error;
mod escape;
mod line;
mod lines;
mod name;
mod number;
mod reader;

pub use error::Error;
pub use line::{Field, Line};
pub use lines::Lines;
pub use name::Name;
pub use reader::{Expected, FieldValue, ParseError, Point, parse};

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
