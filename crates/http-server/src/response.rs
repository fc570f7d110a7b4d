//! A response, made whole before it is sent.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use prometheus_client::registry::Registry;
use serde::Serialize;
use serde_json::json;

/// A response, made whole before it is sent.
#[derive(Debug, Clone)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Response {
    /// `body` under a media type of the caller's choice.
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static(media_type))];
        Self { status: StatusCode::OK, headers, body: body.into() }
    }

    /// A status without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// A page.
    pub fn html(page: impl Into<String>) -> Self {
        Self::new("text/html; charset=utf-8", page.into())
    }

    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new("text/plain; charset=utf-8", text.into())
    }

    /// A value as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new("application/json", body),
            Err(error) => {
                tracing::error!(error = fault::chain(&error), "a response has no form as JSON");
                Self::error(StatusCode::INTERNAL_SERVER_ERROR, "the response has no form as JSON")
            }
        }
    }

    /// What could not be done and why, as `{"error": …}`.
    pub fn error(status: StatusCode, message: &str) -> Self {
        Self::json(&json!({ "error": message })).with_status(status)
    }

    /// Asks to come back later: 429 with `Retry-After` in whole seconds.
    pub fn too_many(seconds: u64) -> Self {
        let response = Self::error(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        response.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Sends the client to another address of this server.
    pub fn see_other(path: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with_header(LOCATION.as_str(), path)
    }

    /// Metrics as Prometheus reads them
    /// ([OpenMetrics](https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md)).
    pub fn metrics(registry: &Registry) -> Self {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, registry) {
            Ok(()) => Self::new("application/openmetrics-text; version=1.0.0; charset=utf-8", text),
            Err(_) => Self::error(StatusCode::INTERNAL_SERVER_ERROR, "the metrics have no form as text"),
        }
    }

    /// The same response with another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same response with a header, in place of one the server would add, such as `Cache-Control`.
    ///
    /// A header that HTTP cannot carry is left out.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => self.with(name, value),
            _ => {
                tracing::error!(name, "a header cannot be sent");
                self
            }
        }
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }
}

/// So that a handler may end with `?`.
impl<R: Into<Response>> From<Result<R, Response>> for Response {
    fn from(outcome: Result<R, Response>) -> Self {
        outcome.map_or_else(|refusal| refusal, Into::into)
    }
}
