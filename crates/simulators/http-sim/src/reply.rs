//! What a service answers, and how it gets to the client.

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
    /// How the body gets to the client.
    pub delivery: Delivery,
}

/// How a reply is delivered. All but the first are faults of a network or a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As it should be.
    Whole,
    /// Half of the body under the `content-length` of all of it; then the connection closes.
    Truncated,
    /// One byte, a pause, the next byte.
    Trickled(Duration),
    /// The body is followed by more and more of the same, until the client has enough.
    Endless,
    /// Nothing is sent, and the connection stays open.
    Never,
    /// Nothing is sent, and the connection is reset (RST).
    Reset,
}

impl Reply {
    /// A reply without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), delivery: Delivery::Whole }
    }

    /// A reply of any content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::empty(status) }.header("content-type", content_type)
    }

    /// A JSON reply.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// A plain text reply.
    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// The reply with the header `name` set to `value`, whether it was there before or not.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(present, _)| !present.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The reply, delivered in another way.
    #[must_use]
    pub fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}
