//! The replies, as far as they are used.

use jiff::Timestamp;
use quantity::{Quantity, QuantityRange};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Point {
    pub(crate) properties: Grid,
}

#[derive(Deserialize)]
pub(crate) struct ForecastReply {
    pub(crate) properties: Forecast,
}

/// A cell of the forecast grid, about 2.5 km wide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grid {
    /// The forecast office, as in `TAE`.
    #[serde(rename = "gridId")]
    pub office: String,
    /// Column of the cell in the office's grid.
    #[serde(rename = "gridX")]
    pub x: i32,
    /// Row of the cell.
    #[serde(rename = "gridY")]
    pub y: i32,
    /// Link to the hourly forecast; a path where it is one of the service itself.
    pub forecast_hourly: String,
}

/// An hourly forecast.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// Time of the last update of its source data.
    pub update_time: Option<Timestamp>,
    /// The hours, in order.
    pub periods: Vec<Period>,
}

/// One hour of a forecast. The service leaves out or nulls unknown values.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// Start of the hour.
    pub start_time: Option<Timestamp>,
    /// Whether the sun is up, roughly.
    pub is_daytime: Option<bool>,
    /// Air temperature.
    pub temperature: Quantity,
    /// Unit of the temperature where it has none of its own: `F` or `C`.
    pub temperature_unit: Option<String>,
    /// Chance of rain or snow, percent.
    pub probability_of_precipitation: Quantity,
    /// Dew point, in °C in all replies seen, whatever units were asked for.
    pub dewpoint: Quantity,
    /// Relative humidity, percent.
    pub relative_humidity: Quantity,
    /// Wind speed, as one value or a range.
    pub wind_speed: QuantityRange,
    /// Direction the wind comes from, as in `SSW`.
    #[serde(default, deserialize_with = "json_member::filled_text")]
    pub wind_direction: Option<String>,
    /// In words, as in `Partly Cloudy`.
    #[serde(default, deserialize_with = "json_member::filled_text")]
    pub short_forecast: Option<String>,
}

impl Period {
    /// Gives bare numbers the units that the service means.
    pub(crate) fn assume_units(&mut self) {
        self.temperature.assume_unit(self.temperature_unit.as_deref().unwrap_or_default());
        self.dewpoint.assume_unit("C");
        self.probability_of_precipitation.assume_unit("percent");
        self.relative_humidity.assume_unit("percent");
    }
}
