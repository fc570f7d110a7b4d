//! Minimal HTTP client over a socket, to inspect received bytes and the end of a connection.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Received response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Error at the end of reading, if the server did not close the connection in order.
    pub(crate) broken: Option<io::ErrorKind>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }
}

pub(crate) fn get(url: &str) -> Response {
    request("GET", url, &[("user-agent", "test")], b"")
}

pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    request("POST", url, headers, body)
}

pub(crate) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    read(send(method, url, headers, body), usize::MAX)
}

/// Sends a request without reading the response.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
    let rest = url.strip_prefix("http://").expect("an http URL");
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let lines: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n"
    );
    let mut stream = TcpStream::connect(host).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(&[head.as_bytes(), body].concat()).expect("the request is sent");
    stream
}

/// Reads at least `enough` bytes, or until the connection ends.
pub(crate) fn read(mut stream: TcpStream, enough: usize) -> Response {
    let (mut all, mut chunk, mut broken) = (Vec::new(), vec![0; 64 * 1024], None);
    while all.len() < enough {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => all.extend_from_slice(&chunk[..length]),
            Err(error) => {
                broken = Some(error.kind());
                break;
            }
        }
    }
    let Some(end_of_head) = all.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Response { status: 0, headers: Vec::new(), body: all, broken };
    };
    let head = String::from_utf8(all[..end_of_head].to_vec()).expect("the head is UTF-8");
    let mut lines = head.split("\r\n");
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line").parse().unwrap();
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Response {
        status,
        headers: lines.filter_map(pair).collect(),
        body: all[end_of_head + 4..].to_vec(),
        broken,
    }
}
