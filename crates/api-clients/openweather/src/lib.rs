//! Client for the OpenWeather API, <https://openweathermap.org/api>.
//!
//! Units are metric: °C, m/s, hPa, mm. A key takes a while to work after it was made; until then the service answers
//! as to a wrong one. The free plan allows 60 calls a minute.
//!
//! This client does not know records or stores: it returns the values of the service, with absent values absent.

mod error;
mod reply;

use std::ops::Range;

use http_client::{Client, RemoteService, Request};
use jiff::Timestamp;
use place::{Coordinates, Location};
use secret::Secret;
use serde::de::DeserializeOwned;
use settings::Settings;
use url::Url;

pub use error::Error;
pub use reply::{
    AirPollution, AirQualityIndex, City, Clouds, Components, Condition, Coord, Forecast, Main, Precipitation,
    Reading, Sun, WeatherReport, Wind,
};

/// Settings of the client: our key, and the base URL of the service.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// API key of an account at openweathermap.org.
    #[setting(name = "OPENWEATHER_KEY")]
    pub key: Secret,
    /// Base URL of the service.
    #[setting(name = "OPENWEATHER_URL", default = "https://api.openweathermap.org")]
    pub url: Url,
}

/// The OpenWeather API.
#[derive(Debug, Clone)]
pub struct OpenWeather {
    service: RemoteService,
    key: Secret,
}

impl OpenWeather {
    /// A client that follows the policy of `http`.
    pub fn new(config: &Config, http: &Client) -> Self {
        Self { service: http.service("openweather", &config.url), key: config.key.clone() }
    }

    /// The weather now: `/data/2.5/weather`, <https://openweathermap.org/current>.
    ///
    /// # Errors
    ///
    /// An unknown city is a fault of the configuration, as is a wrong key.
    pub async fn current_weather(&self, location: &Location) -> Result<WeatherReport, Error> {
        let request = self.service.get("current weather", "/data/2.5/weather");
        self.json(at(request, location).query("units", "metric")).await
    }

    /// The forecast of the next five days in steps of three hours: `/data/2.5/forecast`,
    /// <https://openweathermap.org/forecast5>.
    ///
    /// # Errors
    ///
    /// As for [`OpenWeather::current_weather`].
    pub async fn forecast(&self, location: &Location) -> Result<Forecast, Error> {
        let request = self.service.get("forecast", "/data/2.5/forecast");
        self.json(at(request, location).query("units", "metric")).await
    }

    /// The air quality now: `/data/2.5/air_pollution`, <https://openweathermap.org/api/air-pollution>; or that of each
    /// hour of a part of the past, which reaches back to 2020-11-27: `/data/2.5/air_pollution/history`.
    ///
    /// # Errors
    ///
    /// As for [`OpenWeather::current_weather`].
    pub async fn air_pollution(
        &self,
        coordinates: Coordinates,
        past: Option<Range<Timestamp>>,
    ) -> Result<AirPollution, Error> {
        let request = match past {
            None => self.service.get("air pollution", "/data/2.5/air_pollution"),
            Some(Range { start, end }) => self
                .service
                .get("air pollution history", "/data/2.5/air_pollution/history")
                .query("start", start.as_second())
                .query("end", end.as_second()),
        };
        self.json(near(request, coordinates)).await
    }

    /// Coordinates of a city, as in the reply with its weather.
    ///
    /// # Errors
    ///
    /// As for [`OpenWeather::current_weather`]; or the reply has no coordinates.
    pub async fn locate(&self, city: &str) -> Result<Coordinates, Error> {
        let weather = self.current_weather(&Location::City(city.to_owned())).await?;
        weather.coordinates().ok_or(Error::Nowhere)
    }

    async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let reply = request.secret_query("appid", &self.key).send().await?;
        Error::hidden_in(&reply).map_or_else(|| Ok(reply.json()?), Err)
    }
}

fn at(request: Request, location: &Location) -> Request {
    match location {
        Location::City(name) => request.query("q", name),
        Location::At(coordinates) => near(request, *coordinates),
    }
}

fn near(request: Request, coordinates: Coordinates) -> Request {
    request.query("lat", coordinates.latitude()).query("lon", coordinates.longitude())
}

/// The time of a reply in seconds since 1970 UTC; `None` where it cannot be one, as 0 and less, which stand for nothing.
pub fn time(dt: i64) -> Option<Timestamp> {
    Timestamp::from_second(dt).ok().filter(|time| *time > Timestamp::UNIX_EPOCH)
}
