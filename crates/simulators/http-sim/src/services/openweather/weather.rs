//! Current weather and the forecast in steps of three hours.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::number;
use super::place::Place;
use crate::climate::{self, Conditions};

/// Units of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Units {
    /// Kelvin, meters a second.
    Standard,
    /// Degrees Celsius, meters a second.
    Metric,
    /// Degrees Fahrenheit, miles an hour.
    Imperial,
}

/// Interval of observations, in seconds.
const OBSERVED_EVERY: i64 = 600;
const STEPS: i32 = 40;
const STEP: SignedDuration = SignedDuration::from_hours(3);
/// Lowest wind speed with a field for gusts, in meters a second.
const GUSTY: f64 = 5.0;
/// Humidity in percent above which visibility is absent at times.
const HAZY: f64 = 97.0;

/// Reply of `/weather`.
pub(super) fn current(place: &Place, units: Units, now: Timestamp) -> Value {
    let observed = floor(now, OBSERVED_EVERY);
    let weather = climate::weather(place.latitude, place.longitude, observed);
    let mut body = conditions(&weather, units, "1h", 1.0, is_day(place, observed));
    body.insert("coord".into(), coord(place));
    body.insert("base".into(), json!("stations"));
    body.insert("dt".into(), json!(observed.as_second()));
    body.insert("sys".into(), sun(place, observed));
    body.insert("timezone".into(), json!(place.offset));
    body.insert("id".into(), json!(place.id));
    body.insert("name".into(), json!(place.name));
    body.insert("cod".into(), json!(200));
    if weather.humidity < HAZY {
        body.insert("visibility".into(), number(visibility(&weather), 0));
    }
    Value::Object(body)
}

/// Reply of `/forecast`.
pub(super) fn forecast(place: &Place, units: Units, now: Timestamp) -> Value {
    let first = floor(now, STEP.as_secs());
    let times = (1..=STEPS).filter_map(|step| first.checked_add(STEP.checked_mul(step)?).ok());
    let list: Vec<_> = times.map(|time| step(place, units, time)).collect();
    json!({
        "cod": "200",
        "message": 0,
        "cnt": list.len(),
        "list": list,
        "city": {
            "id": place.id,
            "name": place.name,
            "coord": coord(place),
            "country": place.country,
            "timezone": place.offset,
        },
    })
}

fn step(place: &Place, units: Units, time: Timestamp) -> Value {
    let weather = climate::weather(place.latitude, place.longitude, time);
    let day = is_day(place, time);
    let mut body = conditions(&weather, units, "3h", 3.0, day);
    body.insert("dt".into(), json!(time.as_second()));
    body.insert("dt_txt".into(), json!(time.strftime("%Y-%m-%d %H:%M:%S").to_string()));
    body.insert("pop".into(), number((weather.clouds / 110.0).clamp(0.0, 1.0), 2));
    body.insert("sys".into(), json!({"pod": if day { "d" } else { "n" }}));
    body.insert("visibility".into(), number(visibility(&weather), 0));
    Value::Object(body)
}

/// Common part of both replies. Rain and snow are present only while it rains or snows.
fn conditions(now: &Conditions, units: Units, period: &str, hours: f64, day: bool) -> Map<String, Value> {
    let temperature = |celsius| number(units.temperature(celsius), 2);
    let mut body = Map::new();
    body.insert("weather".into(), json!([words(now, day)]));
    let main = json!({
        "temp": temperature(now.temperature),
        "feels_like": temperature(now.temperature - now.wind * 0.3),
        "temp_min": temperature(now.temperature - 1.1),
        "temp_max": temperature(now.temperature + 0.9),
        "pressure": number(now.pressure, 0),
        "humidity": number(now.humidity, 0),
        "sea_level": number(now.pressure, 0),
        "grnd_level": number(now.pressure - 6.0, 0),
    });
    body.insert("main".into(), main);
    body.insert("wind".into(), wind(now, units));
    body.insert("clouds".into(), json!({"all": number(now.clouds, 0)}));
    if now.precipitation > 0.0 {
        let kind = if now.temperature < 0.5 { "snow" } else { "rain" };
        body.insert(kind.into(), json!({period: number((now.precipitation * hours).max(0.01), 2)}));
    }
    body
}

/// Wind; gusts are present only above a threshold.
fn wind(now: &Conditions, units: Units) -> Value {
    let (speed, from) = (number(units.speed(now.wind), 2), number(now.wind_from, 0));
    if now.wind > GUSTY {
        json!({"speed": speed, "deg": from, "gust": number(units.speed(now.wind * 1.5), 2)})
    } else {
        json!({"speed": speed, "deg": from})
    }
}

/// Condition: id, group, description and icon, from <https://openweathermap.org/weather-conditions>.
fn words(now: &Conditions, day: bool) -> Value {
    let (id, group, description, icon) = match (now.precipitation, now.clouds) {
        (wet, _) if wet > 0.0 && now.temperature < 0.5 => (600, "Snow", "light snow", "13"),
        (wet, _) if wet > 1.5 => (501, "Rain", "moderate rain", "10"),
        (wet, _) if wet > 0.0 => (500, "Rain", "light rain", "10"),
        (_, clouds) if clouds > 84.0 => (804, "Clouds", "overcast clouds", "04"),
        (_, clouds) if clouds > 50.0 => (803, "Clouds", "broken clouds", "04"),
        (_, clouds) if clouds > 25.0 => (802, "Clouds", "scattered clouds", "03"),
        (_, clouds) if clouds > 10.0 => (801, "Clouds", "few clouds", "02"),
        _ => (800, "Clear", "clear sky", "01"),
    };
    let light = if day { "d" } else { "n" };
    json!({"id": id, "main": group, "description": description, "icon": format!("{icon}{light}")})
}

/// Sunrise and sunset; absent during polar day and night.
fn sun(place: &Place, now: Timestamp) -> Value {
    if place.latitude.abs() > 66.5 {
        return json!({"country": place.country});
    }
    let offset = i64::from(place.offset);
    let midnight = (now.as_second() + offset).div_euclid(86_400) * 86_400 - offset;
    json!({"country": place.country, "sunrise": midnight + 6 * 3600, "sunset": midnight + 18 * 3600})
}

fn is_day(place: &Place, time: Timestamp) -> bool {
    (6.0..18.0).contains(&climate::solar_hour(place.longitude, time))
}

/// Visibility in meters, at most 10,000.
fn visibility(now: &Conditions) -> f64 {
    10_000.0 - (now.precipitation * 1500.0).min(7000.0)
}

fn coord(place: &Place) -> Value {
    json!({"lon": number(place.longitude, 4), "lat": number(place.latitude, 4)})
}

pub(super) fn floor(time: Timestamp, seconds: i64) -> Timestamp {
    let second = time.as_second();
    Timestamp::from_second(second - second.rem_euclid(seconds)).unwrap_or(time)
}

impl Units {
    fn temperature(self, celsius: f64) -> f64 {
        match self {
            Self::Standard => celsius + 273.15,
            Self::Metric => celsius,
            Self::Imperial => celsius * 1.8 + 32.0,
        }
    }

    fn speed(self, meters_a_second: f64) -> f64 {
        if self == Self::Imperial { meters_a_second * 2.236_936 } else { meters_a_second }
    }
}
