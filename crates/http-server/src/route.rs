//! A route: a method, a path, and who answers there.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use hyper::Method;

use crate::{Request, Response};

/// More than any form or message of a person needs.
const BODY_LIMIT: usize = 64 * 1024;

type Answer = Pin<Box<dyn Future<Output = Response>>>;

/// A method, a path, and who answers there.
///
/// A part of the path in braces stands for any one segment: `/pipelines/{name}`.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) body_limit: usize,
    pub(crate) is_public: bool,
    pattern: &'static str,
    handler: Box<dyn Fn(Request) -> Answer>,
}

/// A route for `GET`, and for `HEAD`.
pub fn get<R: Into<Response>>(path: &'static str, handler: impl AsyncFn(Request) -> R + 'static) -> Route {
    Route::new(Method::GET, path, handler)
}

/// A route for `POST`. Its body may have 64 KiB.
pub fn post<R: Into<Response>>(path: &'static str, handler: impl AsyncFn(Request) -> R + 'static) -> Route {
    Route::new(Method::POST, path, handler)
}

impl Route {
    /// A route for any method.
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

    /// Reads bodies of at most so many bytes, in place of 64 KiB.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        Self { body_limit: bytes, ..self }
    }

    /// Answers everybody, credentials or not: a probe of an orchestrator has none.
    #[must_use]
    pub fn public(self) -> Self {
        Self { is_public: true, ..self }
    }

    /// What the parts in braces stand for, where `path` is one of this route.
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

/// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1); `None` where it is not, or not UTF-8.
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
