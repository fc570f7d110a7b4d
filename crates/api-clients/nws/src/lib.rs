//! Client for the National Weather Service of the United States, <https://www.weather.gov/documentation/services-web-api>.
//!
//! No key is needed. The service asks for a `User-Agent` with a contact, sees coordinates of at most four decimals,
//! and covers the United States and their waters.
//!
//! This client does not know records or stores: it returns what the service says, with absent values absent.

mod quantity;
mod reply;

use http_client::{Client, Error, Service};
use place::Coordinates;
use settings::Settings;
use url::Url;

pub use quantity::{Quantity, WindSpeed};
pub use reply::{Forecast, Grid, Period};

/// Where links in replies point, also when they were fetched through a proxy.
const ORIGIN: &str = "https://api.weather.gov";

/// How to reach the service.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// Whom the service may contact about our requests, as in `ops@example.org`; sent in the `User-Agent`.
    #[setting(name = "NWS_CONTACT")]
    pub contact: Option<String>,
    /// Base URL of the service.
    #[setting(name = "NWS_URL", default = "https://api.weather.gov")]
    pub url: Url,
}

/// The National Weather Service.
#[derive(Debug, Clone)]
pub struct Nws {
    service: Service,
}

impl Nws {
    /// A client that follows the policy of `http`.
    pub fn new(config: &Config, http: &Client) -> Self {
        let service = http.service("nws", &config.url);
        Self { service: config.contact.iter().fold(service, |service, contact| service.contact(contact)) }
    }

    /// The grid cell of a point: `/points/{latitude},{longitude}`. It changes rarely, so it may be kept for a day.
    ///
    /// # Errors
    ///
    /// A point outside of the covered area is a fault of the configuration.
    pub async fn grid(&self, at: Coordinates) -> Result<Grid, Error> {
        let point: reply::Point = self.get("points", &format!("/points/{at}")).json().await?;
        Ok(point.properties)
    }

    /// The hourly forecast of a grid cell, about 156 hours of it.
    ///
    /// # Errors
    ///
    /// 503 while the grid is being renewed, which is passing; 404 once a cell has moved to another office.
    pub async fn hourly_forecast(&self, grid: &Grid) -> Result<Forecast, Error> {
        let operation = "hourly forecast";
        let link = grid.forecast_hourly.as_str();
        let request = match link.strip_prefix(ORIGIN) {
            Some(path) => self.get(operation, path),
            None => geo_json(self.service.follow(operation, link)),
        };
        let forecast: reply::ForecastReply = request.json().await?;
        Ok(forecast.properties)
    }

    fn get(&self, operation: &'static str, path: &str) -> http_client::Request {
        geo_json(self.service.get(operation, path))
    }
}

fn geo_json(request: http_client::Request) -> http_client::Request {
    request.header("accept", "application/geo+json")
}
