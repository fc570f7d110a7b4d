//! Alerts as JSON to any HTTP address.
//!
//! The payload is part of the interface of this platform; the README documents it.
//!
//! This crate does not know who listens there.

use std::time::Duration;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Notification, Severity};
use fault::{Fault, Kind, Retry};
use http_client::{Cause, Client, Method, Request, Service};
use secret::Secret;
use serde::Serialize;
use settings::{Setting, Settings};
use url::Url;

/// Where alerts are sent. A program that sends them nowhere leaves it out: `Option<Config>`.
#[derive(Debug, Clone, Settings)]
pub struct Config {
    /// Address that gets alerts as JSON by POST.
    #[setting(name = "ALERT_URL")]
    pub url: Address,
    /// Header sent along so that the receiver knows the sender, as in `X-Token: …` or `Authorization: Bearer …`.
    #[setting(name = "ALERT_URL_HEADER")]
    pub header: Option<Header>,
    /// How much an alert has to matter to be sent there.
    #[setting(name = "ALERT_URL_SEVERITY", default = "info")]
    pub severity: Severity,
}

/// An address that may hold a secret of its receiver.
#[derive(Debug, Clone)]
pub struct Address(pub Url);

/// A header that nobody may see.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Secret,
}

/// A way to an HTTP address.
#[derive(Debug, Clone)]
pub struct Webhook {
    route: Route,
    service: Service,
    header: Option<Header>,
}

/// Why notifications did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not there, or too busy, or does not let us in.
    #[error("the webhook did not take the alerts")]
    NotTaken(#[source] http_client::Error),
    /// It did not like them.
    #[error("the webhook refused the alerts")]
    Refused(#[source] http_client::Error),
}

/// What is sent.
#[derive(Debug, Serialize)]
struct Payload<'a> {
    /// The version of this form. Members may be added to it without another.
    version: u8,
    notifications: Vec<Numbered<'a>>,
}

#[derive(Debug, Serialize)]
struct Numbered<'a> {
    /// The same in a repeat.
    id: String,
    #[serde(flatten)]
    notification: &'a Notification,
}

/// The one channel that is configured.
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

    /// Receivers know a repeat by its `id`, so one does no harm.
    async fn send(&self, group: &[Notification], _: Option<&Thread>) -> Result<Option<Thread>, SendError> {
        let numbered = |notification| Numbered { id: Notification::id(notification), notification };
        let notifications = group.iter().map(numbered).collect();
        let request = self.service.post("alerts", "").json_body(&Payload { version: 1, notifications });
        self.send_once(request).await.map_err(SendError::not_taken)?;
        Ok(None)
    }

    /// The address is asked what it offers. Only who is there and lets us in is found out: not every server knows that
    /// question.
    async fn check(&self) -> Result<(), SendError> {
        match self.send_once(self.service.request(Method::OPTIONS, "check", "")).await {
            Err(Error::NotTaken(error)) if error.status().is_some_and(|status| is_there(status.as_u16())) => {
                Ok(())
            }
            Err(Error::Refused(_)) => Ok(()),
            answered => answered.map_err(SendError::not_taken),
        }
    }
}

fn is_there(status: u16) -> bool {
    matches!(status, 405 | 501)
}

impl From<http_client::Error> for Error {
    fn from(error: http_client::Error) -> Self {
        match &error.cause {
            Cause::Status { status, .. } if matches!(status.as_u16(), 400 | 413 | 415 | 422) => {
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
            // A redirect without end, or a reply beyond all bounds: the address is the wrong one.
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
