//! An outside API: base URL, name and contact.

use std::fmt;
use std::sync::Arc;

use fault::Retry;
use reqwest::Method;
use reqwest::header::HeaderValue;
use secret::Secret;
use url::Url;

use crate::client::Shared;
use crate::{Cause, Error, Request, origin};

/// An outside API. Cloning is cheap.
///
/// Its `Debug` shows only the name: the address of a webhook is a secret.
#[derive(Clone)]
pub struct RemoteService {
    pub(crate) client: Arc<Shared>,
    pub(crate) name: &'static str,
    base: Url,
    user_agent: Option<HeaderValue>,
}

impl RemoteService {
    pub(crate) fn new(client: Arc<Shared>, name: &'static str, base: &Url) -> Self {
        if let Some(password) = base.password() {
            client.redactor.add(&Secret::from(password));
        }
        let user_agent = HeaderValue::from_str(&client.product).ok();
        Self { client, name, base: base.clone(), user_agent }
    }

    /// Adds a contact to the `User-Agent`, as the operators of some APIs ask:
    /// `nws-hourly-forecast/0.1.0 (ops@example.org)`.
    ///
    /// Characters that are not allowed in a header comment are left out.
    #[must_use]
    pub fn contact(mut self, contact: &str) -> Self {
        let comment: String =
            contact.chars().filter(|c| (c.is_ascii_graphic() || *c == ' ') && !"()\\".contains(*c)).collect();
        let product = &self.client.product;
        self.user_agent = HeaderValue::from_str(&format!("{product} ({comment})")).ok();
        self
    }

    /// Treats path and query of the base URL as secrets, as for a webhook: they are removed from quoted replies.
    #[must_use]
    pub fn with_secret_address(self) -> Self {
        let redactor = &self.client.redactor;
        redactor.add(&Secret::from(self.base.path().trim_matches('/')));
        redactor.add(&Secret::from(self.base.query().unwrap_or_default()));
        self
    }

    /// Creates a GET request for `path`. `operation` names the call in errors and logs.
    pub fn get(&self, operation: &'static str, path: &str) -> Request {
        self.request(Method::GET, operation, path)
    }

    /// Creates a POST request to `path`. See [`Request::retry`] for calls that must not arrive twice.
    pub fn post(&self, operation: &'static str, path: &str) -> Request {
        self.request(Method::POST, operation, path)
    }

    /// Creates a PUT request to `path`.
    pub fn put(&self, operation: &'static str, path: &str) -> Request {
        self.request(Method::PUT, operation, path)
    }

    /// Creates a request for `path`, relative to the base URL. An empty path is the base URL itself.
    ///
    /// The path is percent-encoded where needed; a question mark in it is part of the path.
    pub fn request(&self, method: Method, operation: &'static str, path: &str) -> Request {
        let mut url = self.base.clone();
        if !path.is_empty() {
            let prefix = self.base.path().trim_end_matches('/');
            url.set_path(&format!("{prefix}/{}", path.trim_start_matches('/')));
        }
        self.to_url(method, operation, url)
    }

    /// Creates a GET request for a link in an earlier reply.
    ///
    /// The link must have the origin (scheme, host and port) of the base URL, or be relative to it. Otherwise sending
    /// fails with [`Cause::ForeignLink`], so that a reply cannot redirect credentials.
    pub fn follow(&self, operation: &'static str, link: &str) -> Request {
        match self.base.join(link).ok().and_then(|url| origin::adopt(&self.base, url)) {
            Some(url) => self.to_url(Method::GET, operation, url),
            None => self.get(operation, "").flawed(Cause::ForeignLink),
        }
    }

    /// Connects to the server, TLS included, and asks for the headers of its root. That delivers nothing, and carries
    /// neither path nor credentials. Any status shows that the server is reachable.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub async fn reach(&self) -> Result<(), Error> {
        let mut url = self.base.clone();
        url.set_path("/");
        url.set_query(None);
        // A URL of HTTP can be without both.
        let (_, _) = (url.set_username(""), url.set_password(None));
        let request = self.to_url(Method::HEAD, "reach", url).retry(Retry::never());
        match request.send().await {
            Err(error) if error.is_unreachable() => Err(error),
            _ => Ok(()),
        }
    }

    fn to_url(&self, method: Method, operation: &'static str, url: Url) -> Request {
        Request::new(self.clone(), method, operation, url, self.user_agent.clone())
    }
}

impl fmt::Debug for RemoteService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RemoteService").field(&self.name).finish()
    }
}
