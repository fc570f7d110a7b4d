//! A reply of status 2xx with its whole body.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::error::Call;
use crate::{Error, json, message};

/// A reply of status 2xx with its whole body, decompressed.
pub struct Reply {
    pub(crate) call: Call,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// Name of the operation, as given by the caller.
    pub fn operation(&self) -> &'static str {
        self.call.operation
    }

    /// The status: between 200 and 299, or a refusal the request accepts.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Value of a header, if it is present and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as received.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Decodes the body as JSON, whatever its content type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::decode(&self.body, &self.call.redactor).map_err(|cause| self.call.fail(cause))
    }

    /// Error message of a service that reports a failure under status 200: extracted as from an error reply, without
    /// secrets, on one line of at most 300 characters.
    pub fn message(&self) -> String {
        message::from_body(&self.body, &self.call.redactor)
    }

    /// Prepares a part of the reply for an error text: without secrets, on one line of at most 300 characters.
    pub fn quote(&self, text: &str) -> String {
        message::quote(text, &self.call.redactor)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("service", &self.call.service)
            .field("operation", &self.call.operation)
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
