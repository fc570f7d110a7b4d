//! From the reply to the records.

use nws::{Forecast, Grid, Period, Quantity, WindSpeed};
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
        let hour = hour(starts_at, place, grid, reply.update_time, period);
        Some(hour.map_err(|(field, unit)| Error::Unit { field, hour: index, unit }))
    });
    let hours = hours.collect::<Result<Vec<_>, _>>()?;
    if hours.is_empty() { Err(Error::NoHours(count)) } else { Ok(hours) }
}

type UnknownUnit = (&'static str, String);

fn hour(
    starts_at: Timestamp,
    place: &Point,
    grid: &Grid,
    issued_at: Option<Timestamp>,
    period: Period,
) -> Result<Hour, UnknownUnit> {
    let wind = &period.wind_speed;
    let direction = period.wind_direction.filter(|direction| !direction.is_empty());
    Ok(Hour {
        starts_at,
        place: place.name.clone(),
        office: grid.office.clone(),
        grid: format!("{},{}", grid.x, grid.y),
        temperature: celsius("temperature", &period.temperature, period.temperature_unit.as_deref())?,
        dew_point: celsius("dewpoint", &period.dewpoint, Some("C"))?,
        precipitation_probability: percent(
            "probabilityOfPrecipitation",
            period.probability_of_precipitation,
        )?,
        relative_humidity: percent("relativeHumidity", period.relative_humidity)?,
        wind_speed_low: meters_per_second(wind.low, wind)?,
        wind_speed_high: meters_per_second(wind.high, wind)?,
        wind_direction_degrees: direction.as_deref().and_then(degrees),
        wind_direction: direction,
        short_forecast: period.short_forecast.filter(|text| !text.is_empty()),
        is_daytime: period.is_daytime,
        issued_at,
    })
}

/// A temperature in °C. `usual` is the unit of a bare number.
fn celsius(
    field: &'static str,
    quantity: &Quantity,
    usual: Option<&str>,
) -> Result<Option<f64>, UnknownUnit> {
    let Some(value) = quantity.value else { return Ok(None) };
    match quantity.unit.as_deref().or(usual).unwrap_or_default() {
        "degC" | "C" => Ok(Some(value)),
        "degF" | "F" => Ok(Some((value - 32.0) / 1.8)),
        "K" => Ok(Some(value - 273.15)),
        unit => Err((field, unit.to_owned())),
    }
}

fn percent(field: &'static str, quantity: Quantity) -> Result<Option<f64>, UnknownUnit> {
    match (quantity.value, quantity.unit.as_deref()) {
        (None, _) => Ok(None),
        (Some(value), None | Some("percent")) => Ok(Some(value)),
        (Some(_), Some(unit)) => Err((field, unit.to_owned())),
    }
}

fn meters_per_second(value: Option<f64>, wind: &WindSpeed) -> Result<Option<f64>, UnknownUnit> {
    let Some(value) = value else { return Ok(None) };
    // Miles of 1609.344 m, nautical miles of 1852 m.
    match wind.unit.as_deref().unwrap_or_default() {
        "mph" => Ok(Some(value * 0.447_04)),
        "km/h" | "km_h-1" => Ok(Some(value / 3.6)),
        "kt" | "kts" | "knots" => Ok(Some(value * 1852.0 / 3600.0)),
        "m/s" | "m_s-1" => Ok(Some(value)),
        unit => Err(("windSpeed", unit.to_owned())),
    }
}

/// The degrees of a point of the compass; `None` for what is none, such as `VRB`.
fn degrees(direction: &str) -> Option<f64> {
    const POINTS: [&str; 16] =
        ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];
    let index = POINTS.iter().position(|point| *point == direction)?;
    u32::try_from(index).ok().map(|index| f64::from(index) * 22.5)
}
