//! OpenWeather: current weather, forecast and air pollution.
//!
//! Source: <https://openweathermap.org/api>. Fields that the service sometimes leaves out are left out here as well.

mod air;
mod place;
mod weather;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Clock, Reply, Request, Service};
use place::Place;
use weather::Units;

/// Simulator of `api.openweathermap.org`: `/data/2.5/weather`, `/forecast`, `/air_pollution` and
/// `/air_pollution/history`.
#[derive(Debug, Clone)]
pub struct OpenWeatherSim {
    key: String,
    clock: Clock,
}

impl OpenWeatherSim {
    /// Creates a service with the system clock and one API key.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), clock: Clock::system() }
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    fn answer(&self, request: &Request) -> Result<Value, Refusal> {
        if request.param("appid") != Some(&self.key) {
            return Err(Refusal::InvalidKey);
        }
        let endpoint = request.path.strip_prefix("/data/2.5/").ok_or(Refusal::UnknownPath)?;
        match endpoint {
            "weather" => Ok(weather::current(&located(request)?, units(request), self.clock.tick(endpoint))),
            "forecast" => {
                Ok(weather::forecast(&located(request)?, units(request), self.clock.tick(endpoint)))
            }
            "air_pollution" => Ok(air::current(&coordinates(request)?, self.clock.tick(endpoint))),
            "air_pollution/history" => {
                let (start, end) = (time(request, "start")?, time(request, "end")?);
                Ok(air::history(&coordinates(request)?, start, end, self.clock.tick(endpoint)))
            }
            _ => Err(Refusal::UnknownPath),
        }
    }
}

impl Service for OpenWeatherSim {
    fn reply(&self, request: &Request) -> Reply {
        self.answer(request).map_or_else(|refusal| refusal.reply(), |body| Reply::json(200, &body))
    }
}

/// Place of the request: the city of `q`, or the coordinates `lat` and `lon`.
fn located(request: &Request) -> Result<Place, Refusal> {
    match request.param("q") {
        Some(query) => Place::named(query).ok_or(Refusal::CityNotFound),
        None => coordinates(request),
    }
}

fn coordinates(request: &Request) -> Result<Place, Refusal> {
    let degrees = |name: &str, limit: f64| {
        let text = request.param(name)?;
        Some(text.parse().ok().filter(|degrees: &f64| degrees.abs() <= limit))
    };
    let latitude =
        degrees("lat", 90.0).ok_or(Refusal::NothingToGeocode)?.ok_or(Refusal::Wrong("latitude"))?;
    let longitude =
        degrees("lon", 180.0).ok_or(Refusal::NothingToGeocode)?.ok_or(Refusal::Wrong("longitude"))?;
    Ok(Place::at(latitude, longitude))
}

/// Units of the request. An unknown name means the default, as in the real service.
fn units(request: &Request) -> Units {
    match request.param("units") {
        Some("metric") => Units::Metric,
        Some("imperial") => Units::Imperial,
        _ => Units::Standard,
    }
}

fn time(request: &Request, name: &'static str) -> Result<Timestamp, Refusal> {
    let second = request.param(name).and_then(|text| text.parse().ok());
    second.and_then(|second| Timestamp::from_second(second).ok()).ok_or(Refusal::Wrong(name))
}

/// Reason for an error reply.
enum Refusal {
    InvalidKey,
    CityNotFound,
    NothingToGeocode,
    Wrong(&'static str),
    UnknownPath,
}

impl Refusal {
    /// Error reply. `cod` is a number in some errors and text in others.
    fn reply(&self) -> Reply {
        let key = "Invalid API key. Please see https://openweathermap.org/faq#error401 for more info.";
        match self {
            Self::InvalidKey => Reply::json(401, &json!({"cod": 401, "message": key})),
            Self::CityNotFound => Reply::json(404, &json!({"cod": "404", "message": "city not found"})),
            Self::NothingToGeocode => {
                Reply::json(400, &json!({"cod": "400", "message": "Nothing to geocode"}))
            }
            Self::Wrong(what) => Reply::json(400, &json!({"cod": "400", "message": format!("wrong {what}")})),
            Self::UnknownPath => Reply::json(404, &json!({"cod": "404", "message": "Internal error"})),
        }
    }
}

/// Formats a number with at most `decimals` decimals; a whole one without a decimal point.
fn number(value: f64, decimals: usize) -> Value {
    let text = format!("{value:.decimals$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let unsigned_zero = if short == "-0" { "0" } else { short };
    serde_json::from_str(unsigned_zero).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_no_decimal_point() {
        let numbers = [(9.0, 2), (9.25, 2), (-0.001, 2), (100.0, 0), (0.5, 1)];
        let texts = numbers.map(|(value, decimals)| number(value, decimals).to_string());
        assert_eq!(texts, ["9", "9.25", "0", "100", "0.5"]);
    }
}
