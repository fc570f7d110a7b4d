//! From a reading to the record.

use record::{Record, Timestamp};
use sds011::Reading;
use site::Origin;

/// Fine dust in the air, as measured.
#[derive(Debug, PartialEq, Record)]
#[record(measurement = "air_quality")]
pub struct AirQuality {
    /// Time of the measurement.
    #[record(time)]
    pub time: Timestamp,
    #[record(flatten)]
    pub origin: Origin,
    /// Particles up to 2.5 µm.
    #[record(unit = "µg/m³", valid = 0.0..=999.9)]
    pub pm2: f64,
    /// Particles up to 10 µm.
    #[record(unit = "µg/m³", valid = 0.0..=999.9)]
    pub pm10: f64,
}

impl AirQuality {
    /// The record of a reading that a sensor took at `time`.
    pub fn of(reading: &Reading, time: Timestamp, origin: Origin) -> Self {
        Self { time, origin, pm2: reading.pm2_5, pm10: reading.pm10 }
    }
}
