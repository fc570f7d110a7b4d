//! From a reading to the record.

use record::{Record, Timestamp};
use sds011::{DeviceId, Reading};
use settings::Settings;

/// Fine dust in the air, as measured.
#[derive(Debug, PartialEq, Record)]
#[record(measurement = "air_quality")]
pub struct AirQuality {
    /// When it was measured.
    #[record(time)]
    pub time: Timestamp,
    /// Which sensor it was: its name in the settings, else the number it has from the factory.
    #[record(tag)]
    pub sensor: String,
    /// Where the sensor is, where the settings say.
    #[record(tag)]
    pub location: Option<String>,
    /// Particles up to 2.5 µm.
    #[record(unit = "µg/m³", valid = 0.0..=999.9)]
    pub pm2: f64,
    /// Particles up to 10 µm.
    #[record(unit = "µg/m³", valid = 0.0..=999.9)]
    pub pm10: f64,
}

/// What the sensor is called.
#[derive(Debug, Clone, Default, Settings)]
pub struct Origin {
    /// Name of the sensor in its records; without it, the number it has from the factory.
    #[setting(name = "SENSOR_NAME", also = "SENSOR_ID")]
    pub sensor: Option<String>,
    /// Where the sensor is, as in `balcony`.
    #[setting(name = "LOCATION")]
    pub location: Option<String>,
}

impl AirQuality {
    /// What was measured at `time` by the sensor of this `number`.
    pub fn of(reading: &Reading, time: Timestamp, number: DeviceId, origin: &Origin) -> Self {
        Self {
            time,
            sensor: origin.sensor.clone().unwrap_or_else(|| number.to_string()),
            location: origin.location.clone(),
            pm2: reading.pm2_5,
            pm10: reading.pm10,
        }
    }
}
