//! The hourly forecast: 156 periods from the running hour on, in local time.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::office::Office;
use crate::climate::{self, Conditions};

/// Units of a forecast. The dewpoint is in degrees Celsius in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// Fahrenheit and miles.
    Us,
    /// Celsius and kilometers.
    Si,
}

/// Number of hours in a forecast.
const PERIODS: i32 = 156;
/// Period numbers without a probability of rain, and without humidity: multiples of these.
const NULLS: (i32, i32) = (23, 41);
const COMPASS: [&str; 16] =
    ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];

/// Forecast for a place, made at `now`.
pub(super) fn hourly(office: &Office, place: (f64, f64), units: Units, now: Timestamp) -> Value {
    let zone = office.time_zone();
    let hour = full_hour(now);
    let periods: Vec<_> = (0..PERIODS).map(|index| period(index, hour, place, &zone, units)).collect();
    json!({
        "type": "Feature",
        "geometry": cell(place),
        "properties": {
            "units": if units == Units::Us { "us" } else { "si" },
            "forecastGenerator": "HourlyForecastGenerator",
            "generatedAt": utc(now),
            "updateTime": utc(hour),
            "validTimes": format!("{}/P6DT12H", utc(hour)),
            "elevation": {"unitCode": "wmoUnit:m", "value": 56.0832},
            "periods": periods,
        },
    })
}

fn period(index: i32, first: Timestamp, place: (f64, f64), zone: &TimeZone, units: Units) -> Value {
    let start = first.checked_add(index.hours()).unwrap_or(first);
    let end = start.checked_add(1.hour()).unwrap_or(start);
    let day = (6..18).contains(&start.to_zoned(zone.clone()).hour());
    let now = climate::weather(place.0, place.1, start);
    let (temperature, unit) = match units {
        Units::Us => (now.temperature * 1.8 + 32.0, "F"),
        Units::Si => (now.temperature, "C"),
    };
    let chance = (index % NULLS.0 != NULLS.0 - 1).then(|| (now.clouds * 0.9).clamp(0.0, 100.0));
    let humidity = (index % NULLS.1 != NULLS.1 - 1).then_some(now.humidity);
    json!({
        "number": index + 1,
        "name": "",
        "startTime": local(start, zone),
        "endTime": local(end, zone),
        "isDaytime": day,
        "temperature": rounded(temperature),
        "temperatureUnit": unit,
        "temperatureTrend": null,
        "probabilityOfPrecipitation": {"unitCode": "wmoUnit:percent", "value": chance.map(rounded)},
        "dewpoint": {"unitCode": "wmoUnit:degC", "value": now.dewpoint},
        "relativeHumidity": {"unitCode": "wmoUnit:percent", "value": humidity.map(rounded)},
        "windSpeed": wind_speed(now.wind, units),
        "windDirection": compass(now.wind_from),
        "icon": icon(&now, day),
        "shortForecast": words(&now, day),
        "detailedForecast": "",
    })
}

fn words(now: &Conditions, day: bool) -> &'static str {
    match (now.precipitation, now.clouds) {
        (wet, _) if wet > 0.0 && now.temperature < 0.5 => "Light Snow Likely",
        (wet, _) if wet > 1.5 => "Rain",
        (wet, _) if wet > 0.0 => "Chance Light Rain",
        (_, clouds) if clouds > 60.0 => "Mostly Cloudy",
        (_, clouds) if clouds > 25.0 && day => "Partly Sunny",
        (_, clouds) if clouds > 25.0 => "Partly Cloudy",
        _ if day => "Sunny",
        _ => "Clear",
    }
}

fn icon(now: &Conditions, day: bool) -> String {
    let sky = match (now.precipitation, now.clouds) {
        (wet, _) if wet > 0.0 => "rain",
        (_, clouds) if clouds > 60.0 => "bkn",
        (_, clouds) if clouds > 25.0 => "sct",
        _ => "few",
    };
    format!("/icons/land/{}/{sky}?size=small", if day { "day" } else { "night" })
}

/// `7 mph`, or `5 to 10 mph` when it is gusty.
fn wind_speed(meters_a_second: f64, units: Units) -> String {
    let (factor, unit) = if units == Units::Us { (2.236_936, "mph") } else { (3.6, "km/h") };
    let speed = (meters_a_second * factor).round();
    if meters_a_second > 8.0 {
        format!("{} to {speed} {unit}", (speed * 0.6).round())
    } else {
        format!("{speed} {unit}")
    }
}

fn compass(degrees: f64) -> &'static str {
    let points = COMPASS.iter().zip(0_u8..);
    let gap = |number: u8| {
        let gap = (degrees - 22.5 * f64::from(number)).rem_euclid(360.0);
        gap.min(360.0 - gap)
    };
    points.min_by(|(_, one), (_, other)| gap(*one).total_cmp(&gap(*other))).map_or("N", |(name, _)| name)
}

/// Outline of the grid cell around a place.
fn cell((latitude, longitude): (f64, f64)) -> Value {
    let corner = |east: f64, north: f64| json!([longitude + east * 0.025, latitude + north * 0.025]);
    let ring = [corner(-1., 1.), corner(-1., -1.), corner(1., -1.), corner(1., 1.), corner(-1., 1.)];
    json!({"type": "Polygon", "coordinates": [ring]})
}

/// Rounds to a JSON integer, without a decimal point.
fn rounded(number: f64) -> Value {
    serde_json::from_str(&format!("{:.0}", number.round() + 0.0)).unwrap_or_default()
}

fn full_hour(time: Timestamp) -> Timestamp {
    let second = time.as_second();
    Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(time)
}

fn local(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn utc(time: Timestamp) -> String {
    local(time, &TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compass_goes_round() {
        assert_eq!([0.0, 44.0, 181.0, 349.0, 359.0].map(compass), ["N", "NE", "S", "N", "N"]);
    }

    #[test]
    fn whole_numbers_have_no_decimal_point() {
        assert_eq!([71.6, -0.2].map(|number| rounded(number).to_string()), ["72", "0"]);
    }
}
