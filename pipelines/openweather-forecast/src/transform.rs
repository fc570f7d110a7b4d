//! From the reply to the records.

use openweather::Forecast;
use openweather_fields::{Conditions, Source};
use place::Place;
use record::{Record, Timestamp};

/// Weather at one place, as forecast for one moment.
#[derive(Debug, Clone, Record)]
#[record(measurement = "weather_forecasts")]
pub struct Step {
    /// The moment forecast.
    #[record(time)]
    pub at: Timestamp,
    #[record(flatten)]
    pub source: Source,
    #[record(flatten)]
    pub conditions: Conditions,
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
        /// Index of the step, counted from 0.
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
    let city = place.name_or(reply.city.name.as_deref());
    let steps = reply.list.into_iter().enumerate();
    steps.map(|(index, step)| record(&city, step).map_err(|dt| Error::NoTime { step: index, dt })).collect()
}

fn record(city: &str, step: openweather::WeatherReport) -> Result<Step, i64> {
    Ok(Step {
        at: openweather::time(step.dt).ok_or(step.dt)?,
        source: Source { api: "forecast", city: city.to_owned() },
        precipitation_probability: step.pop.map(percent),
        rain_3h: step.rain.three_hours,
        snow_3h: step.snow.three_hours,
        conditions: step.into(),
    })
}

/// The service gives two decimals; multiplied by 100, some of them would bring more of their own: 0.57 is no whole
/// number of percent then.
fn percent(chance: f64) -> f64 {
    (chance * 100.0 * 1e6).round() / 1e6
}
