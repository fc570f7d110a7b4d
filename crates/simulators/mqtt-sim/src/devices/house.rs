//! Simulated house: smooth, plausible, and the same at the same time.

use std::f64::consts::TAU;

use jiff::Timestamp;

const DAY_SECONDS: i64 = 86_400;
/// Start of the appliance at the plug: it runs from 6:30 until 23:30 UTC.
const APPLIANCE_STARTS: f64 = 6.5;
const APPLIANCE_RUNS: f64 = 17.0;
const APPLIANCE_POWER: f64 = 60.0;
const APPLIANCE_SWING: f64 = 30.0;
/// Four swings a day, so that each day uses the same energy.
const APPLIANCE_PERIOD: f64 = APPLIANCE_RUNS / 4.0;
/// Day on which the meter of the plug was at zero: the start of 2025.
const METER_STARTS_DAY: i64 = 20_089;

/// Degrees Celsius indoors.
pub(super) fn temperature(time: Timestamp) -> f64 {
    21.4 + 1.3 * wave(time, 24.0, 11.0) + 0.3 * wave(time, 5.3, 0.0)
}

/// Percent indoors.
pub(super) fn humidity(time: Timestamp) -> f64 {
    46.0 - 5.0 * wave(time, 24.0, 11.0) + 2.5 * wave(time, 7.1, 2.0)
}

/// Degrees Celsius in the garage, which is colder.
pub(super) fn garage_temperature(time: Timestamp) -> f64 {
    12.0 + 4.0 * wave(time, 24.0, 10.0) + 0.4 * wave(time, 3.7, 1.0)
}

/// Percent in the garage.
pub(super) fn garage_humidity(time: Timestamp) -> f64 {
    64.0 - 8.0 * wave(time, 24.0, 10.0) + 2.0 * wave(time, 4.9, 0.0)
}

/// Hectopascal.
pub(super) fn pressure(time: Timestamp) -> f64 {
    1_013.0 + 8.0 * wave(time, 63.0, 0.0) + 3.0 * wave(time, 19.0, 4.0)
}

/// Percent in the soil, which dries for five days and is then watered.
pub(super) fn soil_moisture(time: Timestamp) -> f64 {
    62.0 - 6.0 * (days(time) / 5.0).fract() * 5.0
}

/// Whether the door is closed. By day it is opened now and then for four minutes.
pub(super) fn is_door_closed(time: Timestamp) -> bool {
    let minute = time.as_second().rem_euclid(DAY_SECONDS) / 60;
    !((7 * 60..22 * 60).contains(&minute) && minute % 97 < 4)
}

/// Volt of the mains.
pub(super) fn mains(time: Timestamp) -> f64 {
    230.0 + 3.0 * wave(time, 11.0, 3.0)
}

/// Watt of the appliance at the plug; `None` while it is off.
pub(super) fn appliance_power(time: Timestamp) -> Option<f64> {
    let running = appliance_running(time);
    (running > 0.0 && running < APPLIANCE_RUNS)
        .then(|| APPLIANCE_POWER + APPLIANCE_SWING * (TAU * running / APPLIANCE_PERIOD).sin())
}

/// Kilowatt-hours on the meter of the plug, the integral of its power.
pub(super) fn appliance_energy(time: Timestamp) -> f64 {
    let used = |hours: f64| {
        let swings = 1.0 - (TAU * hours / APPLIANCE_PERIOD).cos();
        APPLIANCE_POWER * hours + APPLIANCE_SWING * APPLIANCE_PERIOD / TAU * swings
    };
    let whole_days = f64::from(i32::try_from(day(time) - METER_STARTS_DAY).unwrap_or_default().max(0));
    (whole_days * used(APPLIANCE_RUNS) + used(appliance_running(time))) / 1_000.0
}

/// Whether a DHT22 does not answer, as happens now and then.
pub(super) fn is_dht22_silent(time: Timestamp) -> bool {
    (time.as_second() / 60).rem_euclid(45) == 7
}

/// Rounds to a number of decimals.
pub(super) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

/// Hours for which the appliance has run today.
fn appliance_running(time: Timestamp) -> f64 {
    (days(time).fract() * 24.0 - APPLIANCE_STARTS).clamp(0.0, APPLIANCE_RUNS)
}

/// Wave between -1 and 1 with `period` hours, rising through 0 at `shift`.
fn wave(time: Timestamp, period: f64, shift: f64) -> f64 {
    (TAU * (days(time) * 24.0 - shift) / period).sin()
}

fn day(time: Timestamp) -> i64 {
    time.as_second().div_euclid(DAY_SECONDS)
}

/// Days since 1970.
fn days(time: Timestamp) -> f64 {
    let small = |number: i64| f64::from(i32::try_from(number).unwrap_or_default());
    small(day(time)) + small(time.as_millisecond().rem_euclid(DAY_SECONDS * 1_000)) / 86_400_000.0
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn week() -> impl Iterator<Item = Timestamp> {
        let start: Timestamp = "2026-08-20T00:00:00Z".parse().unwrap();
        (0..7 * 24 * 12).map(move |step| start + (step * 5).minutes())
    }

    #[test]
    fn values_of_a_week_are_plausible() {
        for time in week() {
            assert!((19.0..24.0).contains(&temperature(time)), "{time}");
            assert!((35.0..56.0).contains(&humidity(time)), "{time}");
            assert!((1_000.0..1_026.0).contains(&pressure(time)), "{time}");
            assert!((30.0..=62.0).contains(&soil_moisture(time)), "{time}");
        }
    }

    #[test]
    fn the_meter_integrates_the_power() {
        let readings: Vec<_> = week().map(|time| (appliance_power(time), appliance_energy(time))).collect();
        for pair in readings.windows(2) {
            let used = (pair[1].1 - pair[0].1) * 1_000.0 * 12.0;
            assert!((0.0..=APPLIANCE_POWER + APPLIANCE_SWING).contains(&used), "{used} W");
            assert!(pair[0].0.is_some() || pair[1].0.is_some() || used == 0.0, "{used} W while it is off");
        }
    }

    #[test]
    fn some_things_happen_now_and_then() {
        let open = week().filter(|time| !is_door_closed(*time)).count();
        let silent = week().filter(|time| is_dht22_silent(*time)).count();
        assert!((1..200).contains(&open) && silent < 100, "{open} {silent}");
    }
}
