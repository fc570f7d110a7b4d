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

/// An answer with all there is to it.
#[derive(Debug)]
pub(super) struct FullAnswer {
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
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

fn request(method: &str, port: u16, target: &str, body: &[u8]) -> io::Result<Answer> {
    let answer = send(method, port, target, &[], body)?;
    Ok(Answer { status: answer.status, body: String::from_utf8_lossy(&answer.body).into_owned() })
}

/// HTTP/1.0, so that the answer ends with the connection and is never chunked.
pub(super) fn send(
    method: &str,
    port: u16,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<FullAnswer> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let head = format!(
        "{method} {target} HTTP/1.0\r\nhost: 127.0.0.1:{port}\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    // A server that refuses early closes early: its response counts, not that it did not read all.
    let sent = stream.write_all(&[head.as_bytes(), body].concat());
    let mut bytes = Vec::new();
    let received = stream.read_to_end(&mut bytes).map(drop);
    match parse(&bytes) {
        Some(answer) => Ok(answer),
        None => Err(sent.and(received).err().unwrap_or_else(|| io::Error::other("not an HTTP answer"))),
    }
}

fn parse(bytes: &[u8]) -> Option<FullAnswer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = bytes.split_at_checked(end)?;
    let head = String::from_utf8_lossy(head);
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Some(FullAnswer {
        status,
        headers: head.lines().filter_map(header).collect(),
        body: body.get(4..)?.to_vec(),
    })
}

fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
