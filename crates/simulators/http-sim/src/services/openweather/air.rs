//! Air pollution, now and hour by hour in the past. Concentrations are in micrograms a cubic meter.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::number;
use super::place::Place;
use super::weather::floor;
use crate::climate;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Upper limits of fine dust for the indexes 1 to 4, from <https://openweathermap.org/api/air-pollution>.
const INDEX_LIMITS: [f64; 4] = [10.0, 25.0, 50.0, 75.0];

/// Reply of `/air_pollution`.
pub(super) fn current(place: &Place, now: Timestamp) -> Value {
    answer(place, &[entry(place, floor(now, HOUR.as_secs()))])
}

/// Reply of `/air_pollution/history`: every full hour from `start` to `end`, none later than `now`.
pub(super) fn history(place: &Place, start: Timestamp, end: Timestamp, now: Timestamp) -> Value {
    let hour = floor(start, HOUR.as_secs());
    let first = if hour < start { hour.checked_add(HOUR).unwrap_or(end) } else { hour };
    let hours = std::iter::successors(Some(first), |hour| hour.checked_add(HOUR).ok());
    let entries: Vec<_> =
        hours.take_while(|hour| *hour <= end.min(now)).map(|hour| entry(place, hour)).collect();
    answer(place, &entries)
}

fn answer(place: &Place, entries: &[Value]) -> Value {
    json!({"coord": {"lon": number(place.longitude, 4), "lat": number(place.latitude, 4)}, "list": entries})
}

fn entry(place: &Place, hour: Timestamp) -> Value {
    let level = |salt| climate::noise(place.latitude, place.longitude, salt, 11, hour);
    // Squared, so that clean air is common and smog is rare.
    let fine_dust = 1.0 + 70.0 * level(20).powi(2);
    let concentration = |value| number(value, 2);
    let index = INDEX_LIMITS.iter().filter(|limit| fine_dust >= **limit).count() + 1;
    json!({
        "dt": hour.as_second(),
        "main": {"aqi": index},
        "components": {
            "co": concentration(180.0 + 300.0 * level(21)),
            // Often zero, and then a whole number.
            "no": concentration((6.0 * level(22) - 3.0).max(0.0)),
            "no2": concentration(2.0 + 40.0 * level(23)),
            "o3": concentration(20.0 + 80.0 * level(24)),
            "so2": concentration(0.5 + 8.0 * level(25)),
            "pm2_5": concentration(fine_dust),
            "pm10": concentration(fine_dust * 1.4 + 2.0 * level(26)),
            "nh3": concentration(0.2 + 3.0 * level(27)),
        },
    })
}
