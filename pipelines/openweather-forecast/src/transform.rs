//! From the reply to the records.

use openweather::Forecast;
use place::Place;
use record::{Record, Timestamp};

/// Weather at one place, as forecast for one moment.
#[derive(Debug, Clone, Record)]
#[record(measurement = "weather_forecasts")]
pub struct Step {
    /// The moment forecast.
    #[record(time)]
    pub at: Timestamp,
    /// The product of OpenWeather it comes from.
    #[record(tag, name = "OpenWeatherAPI")]
    pub api: &'static str,
    /// Name of the place, from the settings or else from OpenWeather.
    #[record(tag)]
    pub city: String,
    /// Conditions in a word, as in `Rain`.
    pub weather: Option<String>,
    /// Conditions in words, as in `light rain`.
    pub description: Option<String>,
    /// Air temperature.
    #[record(unit = "°C")]
    pub temp: f64,
    /// Apparent temperature.
    #[record(unit = "°C")]
    pub feels_like: Option<f64>,
    /// Lowest temperature expected in the area.
    #[record(unit = "°C")]
    pub low: Option<f64>,
    /// Highest temperature expected in the area.
    #[record(unit = "°C")]
    pub high: Option<f64>,
    /// Pressure at sea level.
    #[record(unit = "hPa")]
    pub barometric_pressure: Option<f64>,
    /// Relative humidity.
    #[record(unit = "%")]
    pub humidity: Option<f64>,
    /// Wind speed.
    #[record(unit = "m/s")]
    pub wind: Option<f64>,
    /// Where the wind comes from.
    #[record(unit = "°")]
    pub wind_degrees: Option<f64>,
    /// Wind speed in gusts.
    #[record(unit = "m/s")]
    pub wind_gust: Option<f64>,
    /// Cloud cover.
    #[record(unit = "%")]
    pub clouds: Option<f64>,
    /// Visibility, 10 km at most.
    #[record(unit = "m")]
    pub visibility: Option<f64>,
    /// Chance of rain or snow.
    #[record(unit = "%")]
    pub precipitation_probability: Option<f64>,
    /// Rain in the three hours before; absent when none is expected.
    #[record(unit = "mm")]
    pub rain_3h: Option<f64>,
    /// Snow in the three hours before; absent when none is expected.
    #[record(unit = "mm")]
    pub snow_3h: Option<f64>,
}

/// A reply that is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It has no steps.
    #[error("the forecast has no steps")]
    Empty,
    /// A step has no time.
    #[error("step {step} of the forecast is for `dt` {dt}, which is no time")]
    NoTime {
        /// Which step, counted from 0.
        step: usize,
        /// Time in the reply.
        dt: i64,
    },
}

/// All steps of the reply for `place`.
pub fn steps(place: &Place, reply: Forecast) -> Result<Vec<Step>, Error> {
    if reply.list.is_empty() {
        return Err(Error::Empty);
    }
    let city = place.name_or(reply.city.and_then(|city| city.name).as_deref());
    let steps = reply.list.into_iter().enumerate();
    steps.map(|(index, step)| record(&city, step).map_err(|dt| Error::NoTime { step: index, dt })).collect()
}

fn record(city: &str, step: openweather::Step) -> Result<Step, i64> {
    let condition = step.weather.unwrap_or_default().into_iter().next();
    Ok(Step {
        at: openweather::time(step.dt).ok_or(step.dt)?,
        api: "forecast",
        city: city.to_owned(),
        weather: condition.as_ref().and_then(|condition| condition.main.clone()),
        description: condition.and_then(|condition| condition.description),
        temp: step.main.temp,
        feels_like: step.main.feels_like,
        low: step.main.temp_min,
        high: step.main.temp_max,
        barometric_pressure: step.main.pressure,
        humidity: step.main.humidity,
        wind: step.wind.as_ref().and_then(|wind| wind.speed),
        wind_degrees: step.wind.as_ref().and_then(|wind| wind.deg),
        wind_gust: step.wind.as_ref().and_then(|wind| wind.gust),
        clouds: step.clouds.and_then(|clouds| clouds.all),
        visibility: step.visibility,
        precipitation_probability: step.pop.map(percent),
        rain_3h: step.rain.and_then(|rain| rain.three_hours),
        snow_3h: step.snow.and_then(|snow| snow.three_hours),
    })
}

/// The service gives two decimals; multiplied by 100, some of them would bring more of their own: 0.57 is no whole
/// number of percent then.
fn percent(chance: f64) -> f64 {
    (chance * 100.0 * 1e6).round() / 1e6
}
