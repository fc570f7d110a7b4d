//! The air of a street over the day: traffic in the morning and in the evening, and wood stoves after it.

use std::f64::consts::TAU;
use std::time::Duration;

/// Fine dust in the air at a moment, in µg/m³.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dust {
    /// Particles up to 2.5 µm.
    pub pm2_5: f64,
    /// Particles up to 10 µm.
    pub pm10: f64,
}

/// A street whose day has a length of its own, so that a demo sees a whole one in a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Street {
    /// Length of a day.
    pub day: Duration,
}

impl Default for Street {
    /// A day of 24 hours.
    fn default() -> Self {
        Self { day: Duration::from_hours(24) }
    }
}

/// Sources of dust: hour of the peak, height of the peak in µg/m³, width in hours.
const SOURCES: [(f64, f64, f64); 3] = [(8.0, 18.0, 1.5), (17.5, 14.0, 2.0), (21.0, 55.0, 1.2)];
const BACKGROUND: f64 = 6.0;

impl Street {
    /// The dust at a time since midnight; it is the same every day.
    pub fn at(&self, time: Duration) -> Dust {
        let hour = 24.0 * (time.as_secs_f64() / self.day.as_secs_f64()).fract();
        let sources = SOURCES.iter().map(|(peak, height, width)| {
            let distance = (hour - peak) / width;
            height * (-distance * distance).exp()
        });
        // Gusts, so that it does not stand still.
        let gusts = 1.0 + 0.08 * (TAU * hour * 7.0).sin() + 0.05 * (TAU * hour * 23.0).sin();
        let fine = (BACKGROUND + sources.sum::<f64>()) * gusts;
        Dust { pm2_5: fine, pm10: 1.6 * fine + 3.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evening_is_bad_and_the_night_is_good() {
        let at = |hour| Street::default().at(Duration::from_hours(hour));
        assert!(at(21).pm2_5 > 50.0 && at(3).pm2_5 < 10.0);
        assert!((0..24).all(|hour| at(hour).pm10 > at(hour).pm2_5 && at(hour).pm2_5 > 0.0));
    }

    #[test]
    fn a_short_day_has_the_same_course() {
        let minute = Street { day: Duration::from_mins(1) };
        assert_eq!(minute.at(Duration::from_secs(30)), Street::default().at(Duration::from_hours(12)));
    }
}
