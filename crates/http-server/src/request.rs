//! A request with its whole body.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use crate::Response;

/// A request with its whole body.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) parameters: BTreeMap<&'static str, String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The method; `GET` for `HEAD` requests, too.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as received, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Value of a path parameter of the route, percent-decoded.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// First value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Value of a header, if it is present and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body; empty if there is none.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Media type of the body, in lower case and without parameters: `application/json`.
    pub fn media_type(&self) -> String {
        let value = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Decodes the body as JSON, whatever its media type.
    ///
    /// # Errors
    ///
    /// A response with status 400. It names position and problem without quoting the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Response> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let problem = match error.classify() {
                serde_json::error::Category::Data => "does not have the expected members",
                _ => "is not JSON",
            };
            let place = format!("line {}, column {}", error.line(), error.column());
            Response::error(StatusCode::BAD_REQUEST, &format!("the body {problem}: {place}"))
        })
    }

    /// Decodes the body as a form, with the first value of each name.
    ///
    /// # Errors
    ///
    /// A response with status 400, if the form lacks a field.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T, Response> {
        let mut fields = serde_json::Map::new();
        for (name, value) in form_urlencoded::parse(&self.body) {
            fields.entry(name).or_insert_with(|| Value::String(value.into_owned()));
        }
        let lacks =
            |_| Response::error(StatusCode::BAD_REQUEST, "the form does not have the expected fields");
        serde_json::from_value(Value::Object(fields)).map_err(lacks)
    }

    /// Decodes the body as a form or as JSON, according to its media type.
    ///
    /// # Errors
    ///
    /// The errors of [`Request::json`] and [`Request::form`], or 415 for other media types.
    pub fn form_or_json<T: DeserializeOwned>(&self) -> Result<T, Response> {
        match self.media_type().as_str() {
            "application/x-www-form-urlencoded" => self.form(),
            "application/json" => self.json(),
            _ => Err(Response::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "the body must be application/json or application/x-www-form-urlencoded",
            )),
        }
    }
}

/// Names and values of a query string.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
