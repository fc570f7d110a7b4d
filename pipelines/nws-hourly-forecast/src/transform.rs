//! From the reply to the records.

use nws::{Forecast, Grid, Period};
use place::Point;
use quantity::WrongUnit;
use record::{Record, Timestamp};
use units::{Share, Speed, Temperature};

/// Weather at one place, as forecast for one hour.
#[derive(Debug, Clone, Record)]
#[record(measurement = "nws_hourly_forecast")]
pub struct Hour {
    /// The start of the hour.
    #[record(time)]
    pub starts_at: Timestamp,
    /// Name of the place, or its coordinates.
    #[record(tag)]
    pub place: String,
    /// The forecast office, as in `TAE`.
    #[record(tag)]
    pub office: String,
    /// The cell of the office's grid, as in `58,65`.
    #[record(tag)]
    pub grid: String,
    /// Air temperature.
    #[record(unit = "°C")]
    pub temperature: Option<f64>,
    /// Dew point.
    #[record(unit = "°C")]
    pub dew_point: Option<f64>,
    /// Chance of rain or snow.
    #[record(unit = "%")]
    pub precipitation_probability: Option<f64>,
    /// Relative humidity.
    #[record(unit = "%")]
    pub relative_humidity: Option<f64>,
    /// Wind speed, lower end.
    #[record(unit = "m/s")]
    pub wind_speed_low: Option<f64>,
    /// Wind speed, upper end.
    #[record(unit = "m/s")]
    pub wind_speed_high: Option<f64>,
    /// Direction the wind comes from, as in `SSW`.
    pub wind_direction: Option<String>,
    /// Direction the wind comes from.
    #[record(unit = "°")]
    pub wind_direction_degrees: Option<f64>,
    /// Conditions in words.
    pub short_forecast: Option<String>,
    /// Whether it is day.
    pub is_daytime: Option<bool>,
    /// Time at which the forecast was issued.
    pub issued_at: Option<Timestamp>,
}

/// A reply that is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No hour of it has a start.
    #[error("none of the {0} hours of the forecast has a start")]
    NoHours(usize),
    /// A value of an hour, counted from 0, has a unit that is not known.
    #[error("`{}` of hour {hour} is in `{}`, which is not a known unit of it", wrong.member, wrong.unit)]
    Unit { hour: usize, wrong: WrongUnit },
}

/// The hours of the reply for `place`. An hour without a start, which belongs nowhere, is left out.
pub fn hours(place: &Point, grid: &Grid, reply: Forecast) -> Result<Vec<Hour>, Error> {
    let (count, issued_at) = (reply.periods.len(), reply.update_time);
    let record = |starts_at, period: Period| -> Result<Hour, WrongUnit> {
        Ok(Hour {
            starts_at,
            place: place.name.clone(),
            office: grid.office.clone(),
            grid: format!("{},{}", grid.x, grid.y),
            temperature: period.temperature.to("temperature", Temperature::celsius)?,
            dew_point: period.dewpoint.to("dewpoint", Temperature::celsius)?,
            precipitation_probability: period
                .probability_of_precipitation
                .to("probabilityOfPrecipitation", Share::percent)?,
            relative_humidity: period.relative_humidity.to("relativeHumidity", Share::percent)?,
            wind_speed_low: period.wind_speed.low().to("windSpeed", Speed::meters_per_second)?,
            wind_speed_high: period.wind_speed.high().to("windSpeed", Speed::meters_per_second)?,
            wind_direction_degrees: period.wind_direction.as_deref().and_then(units::degrees_of_direction),
            wind_direction: period.wind_direction,
            short_forecast: period.short_forecast,
            is_daytime: period.is_daytime,
            issued_at,
        })
    };
    let mut hours = Vec::new();
    for (hour, period) in reply.periods.into_iter().enumerate() {
        let Some(starts_at) = period.start_time else { continue };
        hours.push(record(starts_at, period).map_err(|wrong| Error::Unit { hour, wrong })?);
    }
    if hours.is_empty() { Err(Error::NoHours(count)) } else { Ok(hours) }
}
