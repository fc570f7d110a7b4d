//! Alerts through Alertmanager, which groups, silences and routes them.
//!
//! Source: <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>.
//!
//! This crate does not know the receivers of Alertmanager.

mod alert;

use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Notification, Severity};
use fault::{Fault, Kind, Retry};
use http_client::{Cause, Client, RemoteService, Request};
use secret::Secret;
use settings::Settings;
use url::Url;

use alert::Alert;

/// Address of Alertmanager. A program that does not use it leaves it out: `Option<Config>`.
#[derive(Debug, Clone, Settings)]
#[setting(group = "alerts")]
pub struct Config {
    /// Base URL of an Alertmanager that gets alerts, as in `http://alertmanager:9093`.
    #[setting(name = "ALERTMANAGER_URL")]
    pub url: Url,
    /// Bearer token for it, where a proxy asks for one.
    #[setting(name = "ALERTMANAGER_TOKEN")]
    pub token: Option<Secret>,
    /// Least severity of alerts that go to Alertmanager.
    #[setting(name = "ALERTMANAGER_SEVERITY", default = "info")]
    pub severity: Severity,
}

/// A channel to Alertmanager.
#[derive(Debug, Clone)]
pub struct Alertmanager {
    route: Route,
    service: RemoteService,
    token: Option<Secret>,
}

/// Alerts did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is unavailable, too busy, or refuses the credentials.
    #[error("the alerts were not sent to alertmanager")]
    NotSent(#[source] http_client::Error),
    /// It refused an alert. The others of the same message have arrived.
    #[error("alertmanager refused an alert")]
    Refused(#[source] http_client::Error),
}

/// Makes the configured channel.
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

    /// Sends alerts. Alertmanager deduplicates them, so a repeat does no harm.
    async fn send(&self, group: &[Notification], _: Option<&Thread>) -> Result<Option<Thread>, SendError> {
        let alerts: Vec<_> = group.iter().map(Alert::of).collect();
        let request = self.service.post("alerts", "/api/v2/alerts").json_body(&alerts);
        self.send_once(request).await.map_err(SendError::not_sent)?;
        Ok(None)
    }

    /// Reads the status of Alertmanager, and sends no alert.
    async fn check(&self) -> Result<&'static str, SendError> {
        let request = self.service.get("status", "/api/v2/status");
        self.send_once(request).await.map_err(SendError::not_sent)?;
        Ok("answers; no alert is sent")
    }
}

impl From<http_client::Error> for Error {
    fn from(error: http_client::Error) -> Self {
        match &error.cause {
            Cause::Status { status, .. } if matches!(status.as_u16(), 400 | 413 | 422) => {
                Self::Refused(error)
            }
            _ => Self::NotSent(error),
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(_) => Kind::Rejected,
            // A page in place of an answer comes from a proxy on the way.
            Self::NotSent(error) if error.kind() == Kind::Rejected => Kind::Configuration,
            Self::NotSent(error) => error.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotSent(error) => error.retry_after(),
            Self::Refused(_) => None,
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
