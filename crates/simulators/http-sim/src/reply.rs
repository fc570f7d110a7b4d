//! Replies of services, and their delivery.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// An HTTP reply.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers besides those the server itself sets: `content-length`, `date`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Delivery of the body.
    pub delivery: Delivery,
}

/// Delivery of a reply. All but the first are faults of a network or server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Complete.
    Whole,
    /// Half of the body with the `content-length` of all of it; then the connection closes.
    Truncated,
    /// Byte by byte, with pauses.
    Trickled(Duration),
    /// The body, followed by endless repetitions.
    Endless,
    /// Nothing is sent, and the connection stays open.
    Never,
    /// Nothing is sent, and the connection is reset (RST).
    Reset,
}

impl Reply {
    /// Creates a reply without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), delivery: Delivery::Whole }
    }

    /// Creates a reply of any content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.header("content-type", content_type)
    }

    /// Creates a JSON reply.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Creates a plain text reply.
    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// Sets the header `name` to `value`.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the delivery.
    #[must_use]
    pub fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}
