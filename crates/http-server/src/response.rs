//! A response with its whole body.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use prometheus_client::registry::Registry;
use serde::Serialize;
use serde_json::json;

/// A response with its whole body.
#[derive(Debug, Clone)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Response {
    /// Creates a response with a body of the given media type.
    pub fn new(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static(media_type))];
        Self { status: StatusCode::OK, headers, body: body.into() }
    }

    /// Creates a response without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    /// Creates an HTML response.
    pub fn html(page: impl Into<String>) -> Self {
        Self::new("text/html; charset=utf-8", page.into())
    }

    /// Creates a plain-text response.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new("text/plain; charset=utf-8", text.into())
    }

    /// Creates a JSON response.
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new("application/json", body),
            Err(error) => {
                tracing::error!(error = fault::chain(&error), "response cannot be written as JSON");
                Self::error(StatusCode::INTERNAL_SERVER_ERROR, "the response cannot be written as JSON")
            }
        }
    }

    /// Creates an error response: `{"error": …}`.
    pub fn error(status: StatusCode, message: &str) -> Self {
        Self::json(&json!({ "error": message })).with_status(status)
    }

    /// Creates a response with status 429 and `Retry-After` in seconds.
    pub fn too_many(seconds: u64) -> Self {
        let response = Self::error(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        response.with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Redirects to another path of this server.
    pub fn see_other(path: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with_header(LOCATION.as_str(), path)
    }

    /// Creates a response with metrics in the text format of Prometheus
    /// ([OpenMetrics](https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md)).
    pub fn metrics(registry: &Registry) -> Self {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, registry) {
            Ok(()) => Self::new("application/openmetrics-text; version=1.0.0; charset=utf-8", text),
            Err(_) => Self::error(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written as text"),
        }
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Sets a header, replacing the default of the server, such as `Cache-Control`.
    ///
    /// An invalid header is left out.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => self.with(name, value),
            _ => {
                tracing::error!(name, "invalid response header left out");
                self
            }
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }
}

/// Lets a handler end with `?`.
impl<R: Into<Response>> From<Result<R, Response>> for Response {
    fn from(outcome: Result<R, Response>) -> Self {
        outcome.map_or_else(|refusal| refusal, Into::into)
    }
}
