//! Simulated climate: smooth, plausible, and the same for the same place and time.
//!
//! It is not random, so that a simulated day can be replayed and compared.

use std::f64::consts::TAU;

use jiff::Timestamp;

/// Weather at a place and time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// Degrees Celsius.
    pub(crate) temperature: f64,
    /// Degrees Celsius.
    pub(crate) dewpoint: f64,
    /// Percent.
    pub(crate) humidity: f64,
    /// Hectopascal at sea level.
    pub(crate) pressure: f64,
    /// Meters a second.
    pub(crate) wind: f64,
    /// Degrees clockwise from north.
    pub(crate) wind_from: f64,
    /// Percent of the sky.
    pub(crate) clouds: f64,
    /// Millimeters in an hour, as rain or as snow; 0 when it is dry.
    pub(crate) precipitation: f64,
}

/// Cloud cover at which it rains.
const RAIN_CLOUDS: f64 = 72.0;

/// Weather at coordinates in degrees, at a time.
pub(crate) fn weather(latitude: f64, longitude: f64, time: Timestamp) -> Conditions {
    let noise = |salt, period_hours| noise(latitude, longitude, salt, period_hours, time);
    let afternoon = (TAU * (solar_hour(longitude, time) - 15.0) / 24.0).cos();
    let clouds = 100.0 * noise(1, 9);
    let temperature = climate_mean(latitude, time) + 4.5 * afternoon + 8.0 * (noise(2, 30) - 0.5);
    let humidity = (52.0 + 0.4 * clouds - 14.0 * afternoon).clamp(15.0, 100.0);
    Conditions {
        temperature,
        // Lawrence 2005, doi:10.1175/BAMS-86-2-225: near enough above 50 %.
        dewpoint: temperature - (100.0 - humidity) / 5.0,
        humidity,
        pressure: 1013.0 + 30.0 * (noise(3, 40) - 0.5),
        wind: 0.2 + 11.0 * noise(4, 7),
        wind_from: 360.0 * noise(5, 24),
        clouds,
        precipitation: (clouds - RAIN_CLOUDS).max(0.0) / 8.0,
    }
}

/// Noise between 0 and 1 with a period of about `period_hours`, which depends on place and `salt`.
pub(crate) fn noise(latitude: f64, longitude: f64, salt: u64, period_hours: i32, time: Timestamp) -> f64 {
    let period = i64::from(period_hours.max(1)) * 3600;
    let second = time.as_second();
    let (index, within) = (second.div_euclid(period), second.rem_euclid(period));
    let fraction = ratio(within, period);
    let smooth = fraction * fraction * (3.0 - 2.0 * fraction);
    let seed = latitude.to_bits() ^ longitude.to_bits().rotate_left(29) ^ salt.rotate_left(13);
    let (from, to) = (hash(seed, index), hash(seed, index + 1));
    from + (to - from) * smooth
}

/// Solar hour of the day, 0 to 24.
pub(crate) fn solar_hour(longitude: f64, time: Timestamp) -> f64 {
    (24.0 * ratio(time.as_second().rem_euclid(86_400), 86_400) + longitude / 15.0).rem_euclid(24.0)
}

/// Mean temperature: colder toward the poles, warm in the summer of each hemisphere.
fn climate_mean(latitude: f64, time: Timestamp) -> f64 {
    const YEAR: i64 = 31_556_952;
    let midwinter = 0.05;
    let season =
        -(TAU * (ratio(time.as_second().rem_euclid(YEAR), YEAR) - midwinter)).cos() * latitude.signum();
    28.0 - 0.42 * latitude.abs() + 0.22 * latitude.abs() * season
}

fn ratio(part: i64, whole: i64) -> f64 {
    let small = |number: i64| f64::from(i32::try_from(number).unwrap_or(i32::MAX));
    small(part) / small(whole)
}

/// `SplitMix64` of seed and index, as a number from 0 up to 1.
fn hash(seed: u64, index: i64) -> f64 {
    let mut bits = seed.wrapping_add(index.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let top = u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap_or_default();
    f64::from(top) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn year() -> impl Iterator<Item = Timestamp> {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        (0..365 * 8).map(move |step| start + (step * 3).hours())
    }

    #[test]
    fn values_of_a_year_are_plausible() {
        for time in year() {
            let now = weather(47.6, -122.3, time);
            assert!((-25.0..45.0).contains(&now.temperature), "{now:?}");
            assert!((15.0..=100.0).contains(&now.humidity) && now.dewpoint <= now.temperature, "{now:?}");
            assert!(now.precipitation >= 0.0 && (0.0..360.0).contains(&now.wind_from), "{now:?}");
        }
    }

    #[test]
    fn some_hours_are_dry_and_some_are_wet() {
        let wet = year().filter(|time| weather(47.6, -122.3, *time).precipitation > 0.0).count();
        assert!((200..1500).contains(&wet), "{wet} of 2920");
    }

    #[test]
    fn afternoons_are_warmer_than_nights_on_the_whole() {
        let mean = |hour: i32| {
            let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
            (0..30).map(|day| weather(51.5, 0.0, start + (day * 24 + hour).hours()).temperature).sum::<f64>()
                / 30.0
        };
        assert!(mean(15) > mean(3) + 4.0);
    }
}
