//! The replies, as far as they are used. Members that the service may leave out, or null, are optional or empty.

use json_member::OrDefault;
use place::Coordinates;
use serde::{Deserialize, Deserializer};

/// Weather at one place and time: the reply of `/data/2.5/weather`, or a step of a forecast.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WeatherReport {
    /// Time of the observation or forecast, in seconds since 1970 UTC. It can stay the same for minutes.
    pub dt: i64,
    /// The service's name of the place; empty at sea, absent in a forecast.
    pub name: Option<String>,
    /// Coordinates; absent in a forecast.
    pub coord: Option<Coord>,
    /// Temperatures, pressure, humidity.
    pub main: Main,
    /// The conditions, the main one first; there can be several.
    #[serde(rename = "weather")]
    pub conditions: OrDefault<Vec<Condition>>,
    /// Wind.
    pub wind: OrDefault<Wind>,
    /// Cloud cover.
    pub clouds: OrDefault<Clouds>,
    /// Visibility in meters, 10000 at most.
    pub visibility: Option<f64>,
    /// Chance of rain or snow, from 0 to 1; only in a forecast.
    pub pop: Option<f64>,
    /// Rain; absent while none falls or is expected.
    pub rain: OrDefault<Precipitation>,
    /// Snow; absent while none falls or is expected.
    pub snow: OrDefault<Precipitation>,
    /// Sunrise and sunset; absent in a forecast.
    pub sys: OrDefault<Sun>,
}

/// Reply of `/data/2.5/forecast`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Forecast {
    /// The steps, three hours apart, in order.
    pub list: Vec<WeatherReport>,
    /// The place.
    pub city: OrDefault<City>,
}

/// Reply of `/data/2.5/air_pollution` and its history.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AirPollution {
    /// The readings, in order: one now, or one an hour.
    pub list: Vec<Reading>,
}

/// Air quality at one time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reading {
    /// Time, in seconds since 1970 UTC.
    pub dt: i64,
    /// The index.
    pub main: OrDefault<AirQualityIndex>,
    /// Concentrations.
    pub components: Components,
}

/// The air quality index.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct AirQualityIndex {
    /// From 1, good, to 5, very poor.
    pub aqi: Option<f64>,
}

/// Concentrations in µg/m³. The service has been seen to say -9999 for an unknown one, which is absent here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Components {
    /// Carbon monoxide.
    #[serde(default, deserialize_with = "concentration")]
    pub co: Option<f64>,
    /// Nitrogen monoxide.
    #[serde(default, deserialize_with = "concentration")]
    pub no: Option<f64>,
    /// Nitrogen dioxide.
    #[serde(default, deserialize_with = "concentration")]
    pub no2: Option<f64>,
    /// Ozone.
    #[serde(default, deserialize_with = "concentration")]
    pub o3: Option<f64>,
    /// Sulphur dioxide.
    #[serde(default, deserialize_with = "concentration")]
    pub so2: Option<f64>,
    /// Particles up to 2.5 µm.
    #[serde(default, deserialize_with = "concentration")]
    pub pm2_5: Option<f64>,
    /// Particles up to 10 µm.
    #[serde(default, deserialize_with = "concentration")]
    pub pm10: Option<f64>,
    /// Ammonia.
    #[serde(default, deserialize_with = "concentration")]
    pub nh3: Option<f64>,
}

/// Temperatures in °C, pressure in hPa, humidity in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Main {
    /// Air temperature.
    pub temp: f64,
    /// Apparent temperature.
    pub feels_like: Option<f64>,
    /// Lowest in the area at this moment; not that of the day.
    pub temp_min: Option<f64>,
    /// Highest in the area at this moment; not that of the day.
    pub temp_max: Option<f64>,
    /// Pressure at sea level.
    pub pressure: Option<f64>,
    /// Relative humidity.
    pub humidity: Option<f64>,
}

/// A condition in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Condition {
    /// The group, as in `Rain`; absent in some replies.
    pub main: Option<String>,
    /// The condition, as in `light rain`.
    pub description: Option<String>,
}

/// Wind, in m/s and degrees.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Wind {
    /// Speed.
    pub speed: Option<f64>,
    /// Direction it comes from.
    pub deg: Option<f64>,
    /// Speed of gusts; absent when it is calm.
    pub gust: Option<f64>,
}

/// Cloud cover.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Clouds {
    /// Percent of the sky.
    pub all: Option<f64>,
}

/// Rain or snow in mm; one of the two, or both.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Precipitation {
    /// In the last hour.
    #[serde(rename = "1h")]
    pub one_hour: Option<f64>,
    /// In three hours.
    #[serde(rename = "3h")]
    pub three_hours: Option<f64>,
}

/// Sunrise and sunset, in seconds since 1970 UTC. In the polar day and night they are absent or 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Sun {
    /// Sunrise.
    pub sunrise: Option<i64>,
    /// Sunset.
    pub sunset: Option<i64>,
}

/// The place of a forecast.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct City {
    /// Name in the service; empty at sea.
    pub name: Option<String>,
}

/// Coordinates in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Coord {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lon: f64,
}

impl Precipitation {
    /// The last hour where it is known, else the three hours; never both, since they are not the same thing.
    pub fn best(&self) -> (Option<f64>, Option<f64>) {
        let three_hours = if self.one_hour.is_some() { None } else { self.three_hours };
        (self.one_hour, three_hours)
    }
}

impl WeatherReport {
    /// Coordinates of the place, so that a city can be looked up.
    pub fn coordinates(&self) -> Option<Coordinates> {
        self.coord.and_then(|coord| Coordinates::new(coord.lat, coord.lon))
    }
}

/// No concentration is below zero.
fn concentration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::deserialize(deserializer)?.filter(|value| *value >= 0.0))
}
