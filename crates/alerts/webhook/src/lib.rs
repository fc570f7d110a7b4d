//! Alerts as JSON to any HTTP address.
//!
//! The payload is part of the interface of this platform; the README documents it.
//!
//! This crate does not know the receiver.

use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Notification, Severity};
use fault::{Fault, Kind, Retry};
use http_client::{Cause, Client, RemoteService, Request};
use secret::Secret;
use serde::Serialize;
use settings::{Setting, Settings};
use url::Url;

/// Address of the webhook. A program that does not use one leaves it out: `Option<Config>`.
#[derive(Debug, Clone, Settings)]
#[setting(group = "alerts")]
pub struct Config {
    /// Address that gets alerts as JSON by POST.
    #[setting(name = "ALERT_URL")]
    pub url: Address,
    /// Header that authenticates the sender, as in `X-Token: …` or `Authorization: Bearer …`.
    #[setting(name = "ALERT_URL_HEADER")]
    pub header: Option<Header>,
    /// Least severity of alerts that are sent there.
    #[setting(name = "ALERT_URL_SEVERITY", default = "info")]
    pub severity: Severity,
}

/// An address that may hold a secret.
#[derive(Debug, Clone)]
pub struct Address(pub Url);

/// A header with a secret value.
#[derive(Debug, Clone)]
pub struct Header {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Secret,
}

/// A channel to an HTTP address.
#[derive(Debug, Clone)]
pub struct Webhook {
    route: Route,
    service: RemoteService,
    header: Option<Header>,
}

/// Notifications did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is unavailable, too busy, or refuses the credentials.
    #[error("the alerts were not sent to the webhook")]
    NotSent(#[source] http_client::Error),
    /// It refused them.
    #[error("the webhook refused the alerts")]
    Refused(#[source] http_client::Error),
}

/// Payload of a message.
#[derive(Debug, Serialize)]
struct Payload<'a> {
    /// Version of the payload. Members may be added without another version.
    version: u8,
    notifications: Vec<Numbered<'a>>,
}

#[derive(Debug, Serialize)]
struct Numbered<'a> {
    /// Id, the same in a repeat.
    id: String,
    #[serde(flatten)]
    notification: &'a Notification,
}

/// Makes the configured channel.
pub fn channels(config: &Config, http: &Client) -> Vec<Webhook> {
    let route = Route { service: "webhook", concern: None, at_least: config.severity, may_repeat: true };
    vec![Webhook { route, service: http.service("webhook", &config.url.0), header: config.header.clone() }]
}

impl Webhook {
    async fn send_once(&self, request: Request) -> Result<(), Error> {
        let request = match &self.header {
            Some(header) => request.secret_header(&header.name, &header.value),
            None => request,
        };
        request.retry(Retry::never()).send().await.map(drop).map_err(Error::from)
    }
}

impl Channel for Webhook {
    fn route(&self) -> &Route {
        &self.route
    }

    /// Sends notifications. Receivers recognize a repeat by its `id`, so one does no harm.
    async fn send(&self, group: &[Notification], _: Option<&Thread>) -> Result<Option<Thread>, SendError> {
        let numbered = |notification| Numbered { id: Notification::id(notification), notification };
        let notifications = group.iter().map(numbered).collect();
        let request = self.service.post("alerts", "").json_body(&Payload { version: 1, notifications });
        self.send_once(request).await.map_err(SendError::not_sent)?;
        Ok(None)
    }

    /// Reaches the server and does not call the address: a script behind it may act on any request.
    async fn check(&self) -> Result<&'static str, SendError> {
        self.service.reach().await.map_err(|error| SendError::not_sent(Error::NotSent(error)))?;
        Ok("reachable; the address itself is not called, since that might send a message")
    }
}

impl From<http_client::Error> for Error {
    fn from(error: http_client::Error) -> Self {
        match &error.cause {
            Cause::Status { status, .. } if matches!(status.as_u16(), 400 | 413 | 415 | 422) => {
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
            // A redirect without end, or a reply beyond all bounds: the address is the wrong one.
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

impl Setting for Address {
    const TAKES: &'static str = <Url as Setting>::TAKES;
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        <Url as Setting>::parse(text).map(Self)
    }
}

impl Setting for Header {
    const TAKES: &'static str = "the name of a header, a colon, and its value";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        let (name, value) = parts
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .ok_or_else(|| format!("must be {}", Self::TAKES))?;
        Ok(Self { name: name.to_owned(), value: Secret::from(value) })
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
