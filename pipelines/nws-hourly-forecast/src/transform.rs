//! From the reply to the records.

use nws::{Forecast, Grid, Period, UnknownUnit};
use place::Point;
use record::{Record, Timestamp};

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
    /// Where the wind comes from, as in `SSW`.
    pub wind_direction: Option<String>,
    /// Where the wind comes from.
    #[record(unit = "°")]
    pub wind_direction_degrees: Option<f64>,
    /// Conditions in words.
    pub short_forecast: Option<String>,
    /// Whether it is day.
    pub is_daytime: Option<bool>,
    /// When the forecast was issued.
    pub issued_at: Option<Timestamp>,
}

/// A reply that is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No hour of it has a start.
    #[error("none of the {0} hours of the forecast has a start")]
    NoHours(usize),
    /// A value has a unit that is not known.
    #[error("`{field}` of hour {hour} is in `{unit}`, which is not a known unit of it")]
    Unit {
        /// The member of the reply.
        field: &'static str,
        /// Which hour, counted from 0.
        hour: usize,
        /// The unit.
        unit: String,
    },
}

/// The hours of the reply for `place`. An hour without a start, which belongs nowhere, is left out.
pub fn hours(place: &Point, grid: &Grid, reply: Forecast) -> Result<Vec<Hour>, Error> {
    let count = reply.periods.len();
    let periods = reply.periods.into_iter().enumerate();
    let hours = periods.filter_map(|(index, period)| {
        let starts_at = period.start_time?;
        let unit = |field| move |error: UnknownUnit| Error::Unit { field, hour: index, unit: error.symbol };
        Some(hour(starts_at, place, grid, reply.update_time, period, unit))
    });
    let hours = hours.collect::<Result<Vec<_>, _>>()?;
    if hours.is_empty() { Err(Error::NoHours(count)) } else { Ok(hours) }
}

fn hour<E: FnOnce(UnknownUnit) -> Error>(
    starts_at: Timestamp,
    place: &Point,
    grid: &Grid,
    issued_at: Option<Timestamp>,
    period: Period,
    unit_of: impl Fn(&'static str) -> E,
) -> Result<Hour, Error> {
    let is_text = |text: &String| !text.is_empty();
    let temperature = period.temperature.or_in(period.temperature_unit.as_deref());
    let chance_of_rain = period.probability_of_precipitation.percent();
    let (low, high) = period.wind_speed.meters_per_second().map_err(unit_of("windSpeed"))?;
    let direction = period.wind_direction.filter(is_text);
    Ok(Hour {
        starts_at,
        place: place.name.clone(),
        office: grid.office.clone(),
        grid: format!("{},{}", grid.x, grid.y),
        temperature: temperature.celsius().map_err(unit_of("temperature"))?,
        dew_point: period.dewpoint.or_in(Some("C")).celsius().map_err(unit_of("dewpoint"))?,
        precipitation_probability: chance_of_rain.map_err(unit_of("probabilityOfPrecipitation"))?,
        relative_humidity: period.relative_humidity.percent().map_err(unit_of("relativeHumidity"))?,
        wind_speed_low: low,
        wind_speed_high: high,
        wind_direction_degrees: direction.as_deref().and_then(units::degrees_of_direction),
        wind_direction: direction,
        short_forecast: period.short_forecast.filter(is_text),
        is_daytime: period.is_daytime,
        issued_at,
    })
}
