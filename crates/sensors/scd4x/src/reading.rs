//! Readings of the sensor, and the formulas for its raw values.

/// Carbon dioxide, temperature and humidity of the air at the sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// CO2 in parts per million of volume. Specified from 400 on; 0 right after a start.
    pub co2: u16,
    /// Temperature in °C, after the offset.
    pub temperature: f64,
    /// Relative humidity in percent.
    pub humidity: f64,
}

const FULL_SCALE: f64 = 65_535.0;
const SPAN: f64 = 175.0;

impl Reading {
    /// From the words of `read_measurement`.
    pub(crate) fn of([co2, temperature, humidity]: [u16; 3]) -> Self {
        Self {
            co2,
            temperature: SPAN * f64::from(temperature) / FULL_SCALE - 45.0,
            humidity: 100.0 * f64::from(humidity) / FULL_SCALE,
        }
    }
}

/// A temperature offset as the sensor keeps it.
pub(crate) fn offset_to_word(offset: f64) -> u16 {
    // The caller has held it between 0 and 20 °C, so it fits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7490")]
    let word = (offset * FULL_SCALE / SPAN).round() as u16;
    word
}

pub(crate) fn word_to_offset(word: u16) -> f64 {
    SPAN * f64::from(word) / FULL_SCALE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_reach_from_end_to_end() {
        let low = Reading::of([0, 0, 0]);
        assert!((low.temperature + 45.0).abs() < 1e-9 && low.humidity.abs() < 1e-9);
        let high = Reading::of([u16::MAX; 3]);
        assert!((high.temperature - 130.0).abs() < 1e-9 && (high.humidity - 100.0).abs() < 1e-9);
    }

    #[test]
    fn the_example_of_the_data_sheet_is_500_ppm_at_25_degrees_and_37_percent() {
        let reading = Reading::of([0x01F4, 0x6667, 0x5EB9]);
        assert_eq!(reading.co2, 500);
        assert!((reading.temperature - 25.0).abs() < 0.01 && (reading.humidity - 37.0).abs() < 0.01);
    }

    #[test]
    fn an_offset_comes_back_within_a_step() {
        for offset in [0.0, 0.1, 4.0, 20.0] {
            assert!((word_to_offset(offset_to_word(offset)) - offset).abs() < 0.0014, "{offset}");
        }
    }
}
