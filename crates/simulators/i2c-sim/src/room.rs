//! The air of a room over the day: people come, breathe, air it and leave.

use std::f64::consts::TAU;
use std::time::Duration;

/// The air at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Air {
    /// CO2 in parts per million.
    pub co2: f64,
    /// Temperature in °C.
    pub temperature: f64,
    /// Relative humidity in percent.
    pub humidity: f64,
}

/// A room whose day has a length of its own, so that a demo sees a whole one in a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Length of a day.
    pub day: Duration,
}

/// Concentration in fresh air, in ppm.
const FRESH: f64 = 425.0;
/// Limit of the rise above that in a room with people, in ppm.
const CO2_BY_BREATHING: f64 = 900.0;
/// Number of airings in a day.
const AIRINGS: f64 = 6.0;

impl Default for Room {
    /// A day of 24 hours.
    fn default() -> Self {
        Self { day: Duration::from_hours(24) }
    }
}

impl Room {
    /// The air at a time since midnight; it is the same every day.
    pub fn at(&self, time: Duration) -> Air {
        let of_day = (time.as_secs_f64() / self.day.as_secs_f64()).fract();
        let work = (TAU * (of_day - 0.58)).cos().max(0.0);
        let since_airing = (of_day * AIRINGS).fract();
        let afternoon = (TAU * (of_day - 0.65)).cos();
        // A slow swing beside the daily one, so that values do not stand still at night.
        let draft = (TAU * of_day * 37.0).sin();
        Air {
            co2: FRESH + 8.0 * draft + CO2_BY_BREATHING * work * (1.0 - (-3.0 * since_airing).exp()),
            temperature: 20.5 + 1.5 * afternoon + 0.2 * draft,
            humidity: 44.0 - 4.0 * afternoon + 5.0 * work + 0.8 * draft,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stays_within_the_range_of_a_room() {
        let day: Vec<_> =
            (0..24 * 60).map(|minute| Room::default().at(Duration::from_mins(minute))).collect();
        for air in &day {
            assert!((400.0..2000.0).contains(&air.co2), "{air:?}");
            assert!((15.0..30.0).contains(&air.temperature), "{air:?}");
            assert!((25.0..65.0).contains(&air.humidity), "{air:?}");
        }
        assert!(day.iter().any(|air| air.co2 > 1000.0) && day.iter().any(|air| air.co2 < 450.0));
    }

    #[test]
    fn a_short_day_has_the_same_course() {
        let minute = Room { day: Duration::from_mins(1) };
        assert_eq!(minute.at(Duration::from_secs(30)), Room::default().at(Duration::from_hours(12)));
    }
}
