//! Building and sending of a call.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use fault::Retry;
use reqwest::Method;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use secret::{ExposeSecret, Secret};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::Call;
use crate::exchange;
use crate::{Cause, Error, RemoteService, Reply};

const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// A call to a [`RemoteService`]. Invalid parts are reported when it is sent.
///
/// Its `Debug` shows neither address nor headers.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(crate) service: RemoteService,
    operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) body_limit: usize,
    retry: Retry,
    pub(crate) accepts_refusals: bool,
    carries_secret: bool,
    flaw: Option<Cause>,
}

impl Request {
    pub(crate) fn new(
        service: RemoteService,
        method: Method,
        operation: &'static str,
        url: Url,
        user_agent: Option<HeaderValue>,
    ) -> Self {
        let retry = service.client.retry.clone();
        let carries_secret = !url.username().is_empty() || url.password().is_some();
        let headers = user_agent.into_iter().map(|value| (USER_AGENT, value)).collect();
        Self {
            service,
            operation,
            method,
            url,
            headers,
            body: Bytes::new(),
            body_limit: BODY_LIMIT,
            retry,
            accepts_refusals: false,
            carries_secret,
            flaw: None,
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.url.query_pairs_mut().append_pair(key, &value.to_string());
        self
    }

    /// Adds a secret query parameter, for services that take their key there.
    pub fn secret_query(mut self, key: &str, value: &Secret) -> Self {
        self.learn(value);
        self.query(key, value.expose_secret())
    }

    /// Sets a header. For a secret value use [`Request::secret_header`].
    pub fn header(self, name: &str, value: &str) -> Self {
        self.set_header(name, value, false)
    }

    /// Sets a header with a secret value.
    pub fn secret_header(mut self, name: &str, value: &Secret) -> Self {
        self.learn(value);
        self.set_header(name, value.expose_secret(), true)
    }

    /// Authorizes by a bearer token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    pub fn bearer(self, token: &Secret) -> Self {
        self.token("Bearer", token)
    }

    /// Authorizes by a token under another scheme, such as `Token` or `Bot`.
    pub fn token(mut self, scheme: &str, token: &Secret) -> Self {
        self.learn(token);
        let value = format!("{scheme} {}", token.expose_secret());
        self.set_header(AUTHORIZATION.as_str(), &value, true)
    }

    /// Sends `value` as JSON.
    pub fn json_body(self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body("application/json", body),
            Err(error) => self.flawed(Cause::Encode(error)),
        }
    }

    /// Sends `bytes` with the given content type.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = bytes.into();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Declares the compression of the body, such as `gzip`, which the caller has applied.
    pub fn content_encoding(self, encoding: &str) -> Self {
        self.header(CONTENT_ENCODING.as_str(), encoding)
    }

    /// Sets the size limit of the reply, in bytes after decompression; by default 8 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Returns a reply of status 4xx or 501, with headers and body, instead of an error: for a service where such a status
    /// is an answer, such as 404 for no object or 412 for a condition that is not met. 408, 425 and 429 stay errors, and
    /// are retried.
    pub fn accept_refusals(mut self) -> Self {
        self.accepts_refusals = true;
        self
    }

    /// Replaces the retry policy of the client. Use [`Retry::never`] for calls that must not arrive twice: after a
    /// time-out, the service may or may not have acted.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sends the request, with retries, and returns a reply of status 2xx with its whole body; also one of status 4xx
    /// after [`Request::accept_refusals`].
    pub async fn send(mut self) -> Result<Reply, Error> {
        if let Some(flaw) = self.flaw.take() {
            return Err(self.call().fail(flaw));
        }
        let retry = self.retry.clone();
        repeat(&retry, Arc::new(self)).await
    }

    /// Sends the request and decodes the reply as JSON.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        self.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        self.send().await?.json()
    }

    /// Sends the request and returns the reply as text. Bytes that are not UTF-8 are replaced.
    pub async fn text(self) -> Result<String, Error> {
        Ok(self.send().await?.text().into_owned())
    }

    pub(crate) fn flawed(mut self, flaw: Cause) -> Self {
        self.flaw.get_or_insert(flaw);
        self
    }

    pub(crate) fn call(&self) -> Call {
        let redactor = self.service.client.redactor.clone();
        Call { service: self.service.name, operation: self.operation, redactor }
    }

    /// Whether it carries a secret or a body, meant for its service only.
    pub(crate) fn is_private(&self) -> bool {
        self.carries_secret || !self.body.is_empty()
    }

    fn learn(&mut self, secret: &Secret) {
        self.carries_secret = true;
        self.service.client.redactor.add(secret);
    }

    fn set_header(mut self, name: &str, value: &str, is_secret: bool) -> Self {
        let (Ok(header), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return self.flawed(Cause::Header { name: name.to_owned() });
        };
        let is_secret = is_secret || header == AUTHORIZATION || header == COOKIE;
        value.set_sensitive(is_secret);
        self.carries_secret |= is_secret;
        self.headers.insert(header, value);
        self
    }
}

/// Boxed future, because the compiler cannot prove otherwise that it is `Send`.
fn repeat(
    retry: &Retry,
    request: Arc<Request>,
) -> Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send + '_>> {
    Box::pin(retry.run(move || exchange::attempt(Arc::clone(&request))))
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("service", &self.service.name)
            .field("operation", &self.operation)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
