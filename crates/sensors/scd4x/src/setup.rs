//! Settings before the start of measurements.

use crate::Error;

/// Settings before the start of measurements. The sensor keeps its own value for `None`.
///
/// They are not written to the sensor's EEPROM, which allows 2000 writes, but sent at every start.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Setup {
    /// Height above the sea in meters, 0 to 3000. It stands for the air pressure, which CO2 depends on.
    pub altitude: Option<u16>,
    /// Excess of the sensor's temperature over that of the room, in °C, 0 to 20; from the factory 4.
    pub temperature_offset: Option<f64>,
    /// Whether the lowest value of each week counts as fresh air, 400 ppm. On from the factory. It is right for rooms
    /// that are aired, and wrong for those that never are, such as greenhouses.
    pub self_calibration: Option<bool>,
    /// Rate of measurements.
    pub power: Power,
}

/// Rate of measurements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Power {
    /// Every 5 s.
    #[default]
    Full,
    /// Every 30 s, with a fifth of the current.
    Low,
}

/// Refuses a value outside of the range of the sensor.
pub(crate) fn held<T: PartialOrd + std::fmt::Display + Copy>(
    setting: &'static str,
    value: T,
    range: std::ops::RangeInclusive<T>,
    takes: &'static str,
) -> Result<T, Error> {
    if range.contains(&value) {
        return Ok(value);
    }
    Err(Error::OutOfRange { setting, given: value.to_string(), takes })
}
