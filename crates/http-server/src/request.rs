//! A request, read whole.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use crate::Response;

/// A request, read whole.
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
    /// The method; `GET` for a request with `HEAD`, too.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path as it was sent, without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A part of the path that its route names in braces, percent-decoded.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// The first value of that name in the query, decoded.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body; empty where there is none.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The media type of the body, in small letters and without its parameters: `application/json`.
    pub fn media_type(&self) -> String {
        let value = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The body as JSON, whatever its media type says.
    ///
    /// # Errors
    ///
    /// The response to a body that is something else: 400. It says where and what is wrong without quoting the body.
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

    /// The body as a form: what stands first under each name.
    ///
    /// # Errors
    ///
    /// The response to a form that lacks a field: 400.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T, Response> {
        let mut fields = serde_json::Map::new();
        for (name, value) in form_urlencoded::parse(&self.body) {
            fields.entry(name).or_insert_with(|| Value::String(value.into_owned()));
        }
        let lacks =
            |_| Response::error(StatusCode::BAD_REQUEST, "the form does not have the expected fields");
        serde_json::from_value(Value::Object(fields)).map_err(lacks)
    }

    /// The body as a form or as JSON, as its media type says.
    ///
    /// # Errors
    ///
    /// Those of [`Request::json`] and [`Request::form`]; or 415 where the body is something else.
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

/// The names and values of a query.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
