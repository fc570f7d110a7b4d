//! From a reading to the record.

use record::{Record, Timestamp};
use scd4x::Reading;
use settings::Settings;

/// The air of a room, as measured.
#[derive(Debug, PartialEq, Record)]
#[record(measurement = "indoor_air")]
pub struct IndoorAir {
    /// When it was measured.
    #[record(time)]
    pub time: Timestamp,
    /// Which sensor it was.
    #[record(tag)]
    pub sensor: String,
    /// Where the sensor is, where the settings say.
    #[record(tag)]
    pub location: Option<String>,
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

/// What the sensor is called.
#[derive(Debug, Clone, Settings)]
pub struct Origin {
    /// Name of the sensor in its records.
    #[setting(name = "SENSOR_NAME", default = "scd4x")]
    pub sensor: String,
    /// Where the sensor is, as in `office`.
    #[setting(name = "LOCATION")]
    pub location: Option<String>,
}

impl IndoorAir {
    /// What was measured at `time`.
    pub fn of(reading: &Reading, time: Timestamp, origin: &Origin) -> Self {
        Self {
            time,
            sensor: origin.sensor.clone(),
            location: origin.location.clone(),
            co2: reading.co2.into(),
            temperature: rounded(reading.temperature),
            humidity: rounded(reading.humidity),
        }
    }
}

/// The sensor's steps are 0.003 °C and 0.0015 %; the digits behind them are those of a division.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
