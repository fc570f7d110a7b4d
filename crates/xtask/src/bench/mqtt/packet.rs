//! The few packets of MQTT 3.1.1 that a benchmark needs, to the byte.
//!
//! Written here, so that the reference of the measurement is no client library.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

/// Address of a broker on the loopback address, user and password.
#[derive(Debug, Clone)]
pub(super) struct Login {
    port: u16,
    user: String,
    password: String,
}

impl Login {
    /// From `mqtt://USER:PASSWORD@127.0.0.1:PORT`.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (login, address) = url.strip_prefix("mqtt://")?.split_once('@')?;
        let (user, password) = login.split_once(':')?;
        let port = address.rsplit_once(':')?.1.parse().ok()?;
        Some(Self { port, user: user.to_owned(), password: password.to_owned() })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn user(&self) -> &str {
        &self.user
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// Connects under a name. A session that `stays` is kept by the broker.
    pub(super) fn connect(&self, name: &str, stays: bool) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_nodelay(true)?;
        let flags = if stays { 0b1100_0000 } else { 0b1100_0010 };
        let mut body = text("MQTT");
        // Level 4; no keep-alive.
        body.extend([4, flags, 0, 0]);
        body.extend([name, &self.user, &self.password].into_iter().flat_map(text));
        stream.write_all(&packet(0x10, &body))?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer)?;
        if answer[3] == 0 { Ok(stream) } else { Err(io::Error::other("the broker refuses the login")) }
    }
}

/// SUBSCRIBE to one filter.
pub(super) fn subscribe(filter: &str, qos: u8) -> Vec<u8> {
    let mut body = vec![0, 1];
    body.extend(text(filter));
    body.push(qos);
    packet(0x82, &body)
}

/// PUBLISH; `identifier` counts with `QoS` 1.
pub(super) fn publish(topic: &str, payload: &[u8], qos: u8, identifier: u16, retain: bool) -> Vec<u8> {
    let mut body = text(topic);
    if qos > 0 {
        body.extend(identifier.to_be_bytes());
    }
    body.extend(payload);
    packet(0x30 | qos << 1 | u8::from(retain), &body)
}

/// Packets of one read of a connection: the number of PUBLISH and PUBACK, and the answers to the former.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) published: usize,
    pub(super) acknowledged: usize,
    pub(super) answers: Vec<u8>,
}

/// Counts the whole packets at the beginning of `input`, and removes them.
pub(super) fn count(input: &mut Vec<u8>) -> Counted {
    let (mut counted, mut at) = (Counted::default(), 0);
    while let Some((head, body, length)) = input.get(at..).and_then(split) {
        match head >> 4 {
            3 => {
                counted.published += 1;
                if head & 0b0110 != 0 {
                    counted.answers.extend(answer(body).into_iter().flatten());
                }
            }
            4 => counted.acknowledged += 1,
            _ => {}
        }
        at += length;
    }
    input.drain(..at);
    counted
}

/// The first packet: its first byte, its body, and its whole length.
fn split(input: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (head, rest) = input.split_first()?;
    let mut remaining = 0;
    for (at, byte) in rest.iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let body = rest.get(at + 1..at + 1 + remaining)?;
            return Some((*head, body, 2 + at + remaining));
        }
    }
    None
}

/// PUBACK for the body of a PUBLISH.
fn answer(body: &[u8]) -> Option<[u8; 4]> {
    let (length, rest) = body.split_first_chunk()?;
    let identifier = rest.get(usize::from(u16::from_be_bytes(*length))..)?.first_chunk::<2>()?;
    Some([0x40, 2, identifier[0], identifier[1]])
}

fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![head];
    let mut rest = body.len();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        bytes.push(if rest > 0 { low | 0x80 } else { low });
        if rest == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_counted_and_answered_whole() {
        let mut input = publish("a/b", &[b'x'; 300], 1, 513, false);
        input.extend(publish("a/b", b"y", 0, 0, false));
        input.extend([0x40, 2, 0, 1, 0x30]);
        let counted = count(&mut input);
        assert_eq!((counted.published, counted.acknowledged), (2, 1));
        assert_eq!((counted.answers, input), (vec![0x40, 2, 2, 1], vec![0x30]));
    }
}
