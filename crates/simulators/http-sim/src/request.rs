//! Requests as services see them: decoded and complete.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};

/// One HTTP request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// Path and query as received.
    pub target: String,
    /// The path, percent-decoded.
    pub path: String,
    /// Names and values of the query, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// The headers in their order; names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed if it was sent as gzip.
    pub body: Vec<u8>,
    /// Base URL of the service, without a slash at its end; links in replies start with it.
    pub base: String,
}

impl Request {
    /// The value of the header `name`, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The value of the query parameter `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is valid.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Log line in JSON: method, target, headers and body.
    pub fn to_log_line(&self) -> String {
        let headers: serde_json::Map<_, _> =
            self.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        json!({"method": self.method, "target": self.target, "headers": headers, "body": self.text()})
            .to_string()
    }

    /// Decodes a request; `None` if the body is not the gzip it claims to be.
    pub(crate) fn decode(
        method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
        base: &str,
    ) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let body = match find(&headers, "content-encoding") {
            Some("gzip") => gunzip(body)?,
            _ => body.to_vec(),
        };
        Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            path: percent_decode(path),
            query: query.split('&').filter(|pair| !pair.is_empty()).map(decode_pair).collect(),
            headers,
            body,
            base: base.to_owned(),
        })
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body).read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// Decodes a `name=value` of `application/x-www-form-urlencoded`, where a plus is a space.
fn decode_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (percent_decode(&name.replace('+', " ")), percent_decode(&value.replace('+', " ")))
}

/// Percent-decodes text (RFC 3986, section 2.1). A percent sign without an escape stands for itself.
fn percent_decode(text: &str) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let escaped = tail.split_at_checked(2).filter(|_| byte == b'%');
        match escaped.and_then(|(digits, after)| Some((hex(digits)?, after))) {
            Some((decoded, after)) => {
                plain.push(decoded);
                rest = after;
            }
            None => plain.push(byte),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str) -> Request {
        Request::decode("GET", target, Vec::new(), b"", "http://base").unwrap()
    }

    #[test]
    fn escapes_in_path_and_query_are_decoded() {
        let request = request("/caf%C3%A9/100%?q=New+York%2CUS&flag&bad=%zz");
        assert_eq!(request.path, "/café/100%");
        assert_eq!(request.param("q"), Some("New York,US"));
        assert_eq!(request.param("flag"), Some(""));
        assert_eq!(request.param("bad"), Some("%zz"));
        assert_eq!(request.param("absent"), None);
    }

    #[test]
    fn a_body_that_is_not_the_gzip_it_claims_is_refused() {
        let headers = vec![("content-encoding".to_owned(), "gzip".to_owned())];
        assert!(Request::decode("POST", "/", headers, b"plain", "").is_none());
    }
}
