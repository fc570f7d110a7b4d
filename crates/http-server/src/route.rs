//! Routes: method, path and handler.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use hyper::Method;

use crate::{Request, Response};

/// Default size limit of a body, enough for any form or message.
const BODY_LIMIT: usize = 64 * 1024;

type Answer = Pin<Box<dyn Future<Output = Response>>>;

/// Method, path and handler.
///
/// A path segment in braces is a parameter: `/pipelines/{name}`.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) body_limit: usize,
    pub(crate) is_public: bool,
    pattern: &'static str,
    handler: Box<dyn Fn(Request) -> Answer>,
}

/// Creates a route for `GET` and `HEAD`.
pub fn get<R: Into<Response>>(path: &'static str, handler: impl AsyncFn(Request) -> R + 'static) -> Route {
    Route::new(Method::GET, path, handler)
}

/// Creates a route for `POST`, with a body of at most 64 KiB.
pub fn post<R: Into<Response>>(path: &'static str, handler: impl AsyncFn(Request) -> R + 'static) -> Route {
    Route::new(Method::POST, path, handler)
}

impl Route {
    /// Creates a route for any method.
    pub fn new<R: Into<Response>>(
        method: Method,
        path: &'static str,
        handler: impl AsyncFn(Request) -> R + 'static,
    ) -> Self {
        let handler = Rc::new(handler);
        let handler = move |request| -> Answer {
            let handler = Rc::clone(&handler);
            Box::pin(async move { handler(request).await.into() })
        };
        Self { method, body_limit: BODY_LIMIT, is_public: false, pattern: path, handler: Box::new(handler) }
    }

    /// Sets the size limit of the body, in place of 64 KiB.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }

    /// Makes the route public: it needs no credentials, as for the probes of an orchestrator.
    #[must_use]
    pub fn public(self) -> Self {
        Self { is_public: true, ..self }
    }

    /// Matches a path. Returns the values of the path parameters.
    pub(crate) fn matches(&self, path: &str) -> Option<BTreeMap<&'static str, String>> {
        let mut parameters = BTreeMap::new();
        let (mut wanted, mut given) = (self.pattern.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(wanted), Some(given)) => match parameter(wanted) {
                    Some(name) if !given.is_empty() => {
                        parameters.insert(name, decoded(given)?);
                    }
                    None if wanted == given => {}
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    pub(crate) fn answer(&self, request: Request) -> Answer {
        (self.handler)(request)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.pattern)
    }
}

fn parameter(segment: &'static str) -> Option<&'static str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Percent-decodes a segment ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)); `None` if it is
/// malformed or not UTF-8.
fn decoded(segment: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(segment.len()), segment.bytes());
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pattern: &'static str, path: &str) -> Option<Vec<String>> {
        let route = get(pattern, async |_| Response::text(""));
        route.matches(path).map(|parameters| parameters.into_values().collect())
    }

    #[test]
    fn a_part_in_braces_is_one_decoded_segment() {
        let pattern = "/pipelines/{name}/runs";
        assert_eq!(parameters(pattern, "/pipelines/a%2Fb%20%C3%A9/runs"), Some(vec!["a/b é".to_owned()]));
        for other in ["/pipelines//runs", "/pipelines/a/b/runs", "/pipelines/a", "/pipelines/%ff/runs"] {
            assert_eq!(parameters(pattern, other), None, "{other}");
        }
    }

    #[test]
    fn a_path_is_matched_to_its_end() {
        assert_eq!(parameters("/", "/"), Some(vec![]));
        assert_eq!(parameters("/ping", "/ping"), Some(vec![]));
        assert_eq!(parameters("/ping", "/ping/"), None);
        assert_eq!(parameters("/ping", "/Ping"), None);
    }
}
