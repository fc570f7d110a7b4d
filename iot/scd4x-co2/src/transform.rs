//! From a reading to the record.

use record::{Record, Timestamp};
use scd4x::Reading;
use site::Origin;

/// The air of a room, as measured.
#[derive(Debug, PartialEq, Record)]
#[record(measurement = "indoor_air")]
pub struct IndoorAir {
    /// Time of the measurement.
    #[record(time)]
    pub time: Timestamp,
    #[record(flatten)]
    pub origin: Origin,
    /// Carbon dioxide. Fresh air has some 420 ppm; a sensor that shows less than 300 has to be calibrated.
    #[record(unit = "ppm", valid = 300.0..=40000.0)]
    pub co2: f64,
    /// Air temperature.
    #[record(unit = "°C", valid = -10.0..=60.0)]
    pub temperature: f64,
    /// Relative humidity.
    #[record(unit = "%", valid = 0.0..=100.0)]
    pub humidity: f64,
}

impl IndoorAir {
    /// The record of a reading that a sensor took at `time`.
    pub fn of(reading: &Reading, time: Timestamp, origin: Origin) -> Self {
        Self {
            time,
            origin,
            co2: reading.co2.into(),
            temperature: rounded(reading.temperature),
            humidity: rounded(reading.humidity),
        }
    }
}

/// A value to three decimals. The sensor's steps are 0.003 °C and 0.0015 %; further digits come from a division.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
