//! Identity of a sensor in its records: its name and its location.
//!
//! A device program nests [`Site`] in its settings and flattens [`Origin`] into its record:
//!
//! ```
//! use record::{Record, Timestamp};
//! use settings::{Settings, Source};
//! use site::{Origin, Site};
//!
//! /// Air of a room.
//! #[derive(Record)]
//! #[record(measurement = "air")]
//! struct Air {
//!     #[record(time)]
//!     time: Timestamp,
//!     #[record(flatten)]
//!     origin: Origin,
//!     co2: f64,
//! }
//!
//! let site = Site::read(&mut Source::of([("LOCATION", "office")])).unwrap();
//! let air = Air { time: Timestamp::now(), origin: site.origin("scd4x"), co2: 421.0 };
//! assert_eq!((air.origin.sensor.as_str(), air.origin.location.as_deref()), ("scd4x", Some("office")));
//! ```

use std::fmt::Display;

use record::Fields;
use settings::Settings;

/// The settings that name a sensor and the place where it is.
#[derive(Debug, Clone, Default, Settings)]
pub struct Site {
    /// Name of the sensor in its records; without it, the number it has from the factory, or its type.
    #[setting(name = "SENSOR_NAME", also = "SENSOR_ID")]
    pub sensor: Option<String>,
    /// Location of the sensor, as in `balcony`.
    #[setting(name = "LOCATION")]
    pub location: Option<String>,
}

/// The tags of a sensor: its name and its location.
#[derive(Debug, Clone, PartialEq, Eq, Fields)]
pub struct Origin {
    /// Name of the sensor in the settings, or else its own number or type.
    #[record(tag)]
    pub sensor: String,
    /// Location of the sensor, where the settings have it.
    #[record(tag)]
    pub location: Option<String>,
}

impl Site {
    /// The tags of a record. A sensor without a name in the settings has `own_name`: its number or its type.
    pub fn origin(&self, own_name: impl Display) -> Origin {
        Origin {
            sensor: self.sensor.clone().unwrap_or_else(|| own_name.to_string()),
            location: self.location.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use settings::Source;

    use super::*;

    #[test]
    fn a_name_in_the_settings_takes_the_place_of_the_own_one() {
        let mut source = Source::of([("SENSOR_ID", "north")]);
        let site = Site::read(&mut source).unwrap();
        assert_eq!(site.origin(7), Origin { sensor: "north".into(), location: None });
        assert_eq!(Site::default().origin(7).sensor, "7");
    }
}

/// Compiles the example of the front page.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
