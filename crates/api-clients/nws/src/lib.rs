//! Client for the National Weather Service of the United States, <https://www.weather.gov/documentation/services-web-api>.
//!
//! No key is needed. The service asks for a `User-Agent` with a contact, sees coordinates of at most four decimals,
//! and covers the United States and their waters.
//!
//! This client does not know records or stores: it returns the values of the service, with absent values absent and
//! with the unit of each number.

mod reply;

pub use http_client::Error;
use http_client::{Client, RemoteService};
use place::Coordinates;
use settings::Settings;
use url::Url;

pub use quantity::{Quantity, QuantityRange};
pub use reply::{Forecast, Grid, Period};

/// Origin of the links in replies, also of those fetched through a proxy.
const ORIGIN: &str = "https://api.weather.gov";

/// Settings of the client: our contact, and the base URL of the service.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// Contact for our requests, as in `ops@example.org`; sent in the `User-Agent`.
    #[setting(name = "NWS_CONTACT")]
    pub contact: Option<String>,
    /// Base URL of the service.
    #[setting(name = "NWS_URL", default = "https://api.weather.gov")]
    pub url: Url,
}

/// The National Weather Service.
#[derive(Debug, Clone)]
pub struct Nws {
    service: RemoteService,
    base: String,
}

impl Nws {
    /// A client that follows the policy of `http`.
    pub fn new(config: &Config, http: &Client) -> Self {
        let service = http.service("nws", &config.url);
        let service = config.contact.iter().fold(service, |service, contact| service.contact(contact));
        Self { service, base: config.url.as_str().trim_end_matches('/').to_owned() }
    }

    /// The grid cell of a point: `/points/{latitude},{longitude}`. It changes rarely, so it may be kept for a
    /// day, and a kept cell stays right when the base URL changes.
    ///
    /// # Errors
    ///
    /// A point outside of the covered area is a fault of the configuration.
    pub async fn grid(&self, at: Coordinates) -> Result<Grid, Error> {
        let point: reply::Point = self.get("points", &format!("/points/{at}")).json().await?;
        let forecast_hourly = self.path_of(&point.properties.forecast_hourly).to_owned();
        Ok(Grid { forecast_hourly, ..point.properties })
    }

    /// The hourly forecast of a grid cell, about 156 hours of it.
    ///
    /// # Errors
    ///
    /// 503 while the grid is being renewed, which is passing; 404 once a cell has moved to another office.
    pub async fn hourly_forecast(&self, grid: &Grid) -> Result<Forecast, Error> {
        let operation = "hourly forecast";
        let link = self.path_of(&grid.forecast_hourly);
        let request = if link.starts_with('/') {
            self.get(operation, link)
        } else {
            geo_json(self.service.follow(operation, link))
        };
        let reply: reply::ForecastReply = request.json().await?;
        let mut forecast = reply.properties;
        forecast.periods.iter_mut().for_each(Period::assume_units);
        Ok(forecast)
    }

    /// A link without the address of the service, whether it is the one we ask or its own; another link as it is.
    fn path_of<'a>(&self, link: &'a str) -> &'a str {
        [self.base.as_str(), ORIGIN]
            .iter()
            .find_map(|address| link.strip_prefix(address).filter(|path| path.starts_with('/')))
            .unwrap_or(link)
    }

    fn get(&self, operation: &'static str, path: &str) -> http_client::Request {
        geo_json(self.service.get(operation, path))
    }
}

fn geo_json(request: http_client::Request) -> http_client::Request {
    request.header("accept", "application/geo+json")
}
