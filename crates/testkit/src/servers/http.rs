//! A bare HTTP client for loopback servers.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Status and body of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

pub(super) fn get(port: u16, target: &str) -> io::Result<Answer> {
    request("GET", port, target, b"")
}

pub(super) fn post(port: u16, target: &str, body: &[u8]) -> io::Result<Answer> {
    request("POST", port, target, body)
}

/// `name=value&…`, percent-encoded.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// HTTP/1.0, so that the answer ends with the connection and is never chunked.
fn request(method: &str, port: u16, target: &str, body: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "{method} {target} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // A server that refuses early closes early: what it said counts, not that it did not listen to the end.
    let sent = stream.write_all(&[head.as_bytes(), body].concat());
    let mut bytes = Vec::new();
    let received = stream.read_to_end(&mut bytes).map(drop);
    match parse(&String::from_utf8_lossy(&bytes)) {
        Some(answer) => Ok(answer),
        None => Err(sent.and(received).err().unwrap_or_else(|| io::Error::other("not an HTTP answer"))),
    }
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
