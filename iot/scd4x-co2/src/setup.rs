//! Settings of the sensor.

use scd4x::Power;
use settings::Settings;

/// Configuration of the sensor. Parameters that are not set keep the factory values.
#[derive(Debug, Clone, Settings)]
pub struct SensorSettings {
    /// Height of the room above the sea in meters. 1000 m change CO2 by about 12 %.
    #[setting(name = "ALTITUDE_METERS", range = 0..=3000, unit = "m")]
    altitude: Option<u16>,
    /// Excess of the sensor's temperature over that of the room, in °C, by its own heat and that of parts
    /// around it; from the factory 4.
    #[setting(name = "TEMPERATURE_OFFSET_CELSIUS", also = "TEMPERATURE_OFFSET", range = 0..=20, unit = "°C")]
    temperature_offset: Option<f64>,
    /// Whether the sensor takes the lowest value of each week for fresh air. Not for rooms that are never aired; from the factory on.
    #[setting(name = "SELF_CALIBRATION", also = "ASC")]
    self_calibration: Option<bool>,
    /// Whether the sensor measures every 30 s in place of 5 s, with a fifth of the current.
    #[setting(name = "LOW_POWER", default = "off")]
    low_power: bool,
}

impl SensorSettings {
    /// Configuration for the driver.
    pub fn of_sensor(&self) -> scd4x::Setup {
        scd4x::Setup {
            altitude: self.altitude,
            temperature_offset: self.temperature_offset,
            self_calibration: self.self_calibration,
            power: if self.low_power { Power::Low } else { Power::Full },
        }
    }
}
