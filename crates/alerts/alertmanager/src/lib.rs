//! Alerts through Alertmanager, which groups them, silences them and brings them to people.
//!
//! Source: <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>.
//!
//! This crate does not know where Alertmanager sends what it gets.

mod alert;

use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Notification, Severity};
use fault::{Fault, Kind, Retry};
use http_client::{Cause, Client, Request, Service};
use secret::Secret;
use settings::Settings;
use url::Url;

use alert::Alert;

/// Where Alertmanager is. A program that does not use it leaves it out: `Option<Config>`.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// Base URL of an Alertmanager that gets alerts, as in `http://alertmanager:9093`.
    #[setting(name = "ALERTMANAGER_URL")]
    pub url: Url,
    /// Bearer token for it, where a proxy asks for one.
    #[setting(name = "ALERTMANAGER_TOKEN")]
    pub token: Option<Secret>,
    /// How much an alert has to matter to be told through Alertmanager.
    #[setting(name = "ALERTMANAGER_SEVERITY", default = "info")]
    pub severity: Severity,
}

/// A way to Alertmanager.
#[derive(Debug, Clone)]
pub struct Alertmanager {
    route: Route,
    service: Service,
    token: Option<Secret>,
}

/// Why alerts did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or too busy, or does not let us in.
    #[error("alertmanager did not take the alerts")]
    NotTaken(#[source] http_client::Error),
    /// It did not like an alert. What else was sent with it has arrived.
    #[error("alertmanager refused an alert")]
    Refused(#[source] http_client::Error),
}

/// The one channel that is configured.
pub fn channels(config: &Config, http: &Client) -> Vec<Alertmanager> {
    let route = Route { service: "alertmanager", concern: None, at_least: config.severity, may_repeat: true };
    vec![Alertmanager {
        route,
        service: http.service("alertmanager", &config.url),
        token: config.token.clone(),
    }]
}

impl Alertmanager {
    fn allowed(&self, request: Request) -> Request {
        match &self.token {
            Some(token) => request.bearer(token),
            None => request,
        }
    }

    async fn send_once(&self, request: Request) -> Result<(), Error> {
        self.allowed(request).retry(Retry::never()).send().await.map(drop).map_err(Error::from)
    }
}

impl Channel for Alertmanager {
    fn route(&self) -> &Route {
        &self.route
    }

    /// An alert that arrives twice is one alert, so a repeat does no harm.
    async fn send(&self, group: &[Notification], _: Option<&Thread>) -> Result<Option<Thread>, SendError> {
        let alerts: Vec<_> = group.iter().map(Alert::of).collect();
        let request = self.service.post("alerts", "/api/v2/alerts").json_body(&alerts);
        self.send_once(request).await.map_err(SendError::not_taken)?;
        Ok(None)
    }

    async fn check(&self) -> Result<(), SendError> {
        let request = self.service.get("status", "/api/v2/status");
        self.send_once(request).await.map_err(SendError::not_taken)
    }
}

impl From<http_client::Error> for Error {
    fn from(error: http_client::Error) -> Self {
        match &error.cause {
            Cause::Status { status, .. } if matches!(status.as_u16(), 400 | 413 | 422) => {
                Self::Refused(error)
            }
            _ => Self::NotTaken(error),
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) => Kind::Rejected,
            // A page instead of an answer is that of a proxy on the way.
            Self::NotTaken(error) if error.kind() == Kind::Rejected => Kind::Configuration,
            Self::NotTaken(error) => error.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotTaken(error) => error.retry_after(),
            Self::Refused(_) => None,
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
