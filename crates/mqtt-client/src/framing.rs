//! Decoding of the byte stream into packets. Payloads that are too large are skipped.

use bytes::{Buf as _, Bytes, BytesMut};
use rumqttc::mqttbytes::v4::{Packet, Publish};

use crate::Error;

/// Free space in the input buffer for one read.
const READ_BYTES: usize = 64 * 1024;

/// Longest header before the payload: type and length, topic with its length, packet identifier.
const LONGEST_PUBLISH_HEADER: usize = 5 + 2 + 65_535 + 2;

/// A decoded packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A complete packet.
    Packet(Packet),
    /// A message without its payload, and the size of that payload in bytes.
    TooLarge(Publish, usize),
}

/// Decoder of a byte stream.
///
/// The standard lets a client close the connection on a packet it cannot take. The broker would send it again on every
/// next connection, so a payload that is too large is skipped instead.
#[derive(Debug)]
pub(crate) struct Framing {
    /// Bytes read but not decoded.
    input: BytesMut,
    /// Number of payload bytes still to be skipped.
    skip: usize,
    limit: usize,
}

impl Framing {
    /// Creates a decoder that takes packets of at most `limit` bytes whole.
    pub(crate) fn new(limit: usize) -> Self {
        Self { input: BytesMut::new(), skip: 0, limit }
    }

    /// Buffer for the next read, with free capacity.
    pub(crate) fn input(&mut self) -> &mut BytesMut {
        if self.input.capacity() - self.input.len() < READ_BYTES / 4 {
            self.input.reserve(READ_BYTES);
        }
        &mut self.input
    }

    /// Decodes the next packet; `None` if it is incomplete.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        if !self.finish_skipping() {
            return Ok(None);
        }
        let Some(header) = FixedHeader::of(&self.input)? else { return Ok(None) };
        if header.packet_len() > self.limit {
            return self.next_too_large(&header);
        }
        if self.input.len() < header.packet_len() {
            self.input.reserve(header.packet_len() - self.input.len());
            return Ok(None);
        }
        let packet = Packet::read(&mut self.input, self.limit).map_err(|error| malformed(&error))?;
        self.release_memory(header.packet_len());
        Ok(Some(Frame::Packet(packet)))
    }

    /// Replaces a buffer that grew for one large packet.
    fn release_memory(&mut self, packet_len: usize) {
        if packet_len > READ_BYTES {
            let rest = std::mem::take(&mut self.input);
            self.input.reserve(rest.len().max(READ_BYTES));
            self.input.extend_from_slice(&rest);
        }
    }

    /// Skips payload bytes. Returns whether none are left to skip.
    fn finish_skipping(&mut self) -> bool {
        let skipped = self.skip.min(self.input.len());
        self.input.advance(skipped);
        self.skip -= skipped;
        self.skip == 0
    }

    /// Decodes a message without its payload as soon as its header is complete.
    fn next_too_large(&mut self, header: &FixedHeader) -> Result<Option<Frame>, Error> {
        if !header.is_publish() {
            return Err(Error::protocol(format!("a packet of {} bytes", header.packet_len())));
        }
        let Some(length) = publish_header_len(&self.input, header)? else { return Ok(None) };
        // Rebuilt as a packet with an empty payload, so with another length than the one received.
        let mut alone = BytesMut::with_capacity(length + 4);
        let body = self.input.get(header.len..length).unwrap_or_default();
        alone.extend_from_slice(&[header.first]);
        write_length(&mut alone, body.len());
        alone.extend_from_slice(body);
        let packet = Packet::read(&mut alone, LONGEST_PUBLISH_HEADER).map_err(|error| malformed(&error))?;
        let Packet::Publish(mut publish) = packet else {
            return Err(Error::protocol("expected PUBLISH, got another packet"));
        };
        publish.payload = Bytes::new();
        self.input.advance(length);
        self.skip = header.packet_len() - length;
        let size = self.skip;
        self.finish_skipping();
        Ok(Some(Frame::TooLarge(publish, size)))
    }
}

/// Number of bytes before the payload of a message; `None` if they are incomplete.
fn publish_header_len(input: &[u8], header: &FixedHeader) -> Result<Option<usize>, Error> {
    const QOS: u8 = 0b0110;
    let Some(topic_len) = input.get(header.len..header.len + 2) else { return Ok(None) };
    let topic_len = topic_len.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let identifier_len = if header.first & QOS == 0 { 0 } else { 2 };
    let length = header.len + 2 + topic_len + identifier_len;
    if length > header.packet_len() {
        return Err(Error::protocol("a topic longer than its packet"));
    }
    Ok((input.len() >= length).then_some(length))
}

/// Type and length at the start of each packet.
///
/// Source: [MQTT 3.1.1, 2.2](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).
struct FixedHeader {
    first: u8,
    /// Number of bytes of type and length.
    len: usize,
    /// Number of bytes after them.
    remaining: usize,
}

impl FixedHeader {
    /// Decodes the header; `None` if it is incomplete.
    fn of(input: &[u8]) -> Result<Option<Self>, Error> {
        let Some((&first, rest)) = input.split_first() else { return Ok(None) };
        let mut remaining = 0;
        for (place, byte) in rest.iter().take(4).enumerate() {
            remaining |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(Some(Self { first, len: place + 2, remaining }));
            }
        }
        if rest.len() < 4 { Ok(None) } else { Err(Error::protocol("a length of more than four bytes")) }
    }

    fn packet_len(&self) -> usize {
        self.len + self.remaining
    }

    fn is_publish(&self) -> bool {
        self.first >> 4 == 3
    }
}

fn write_length(output: &mut BytesMut, mut length: usize) {
    loop {
        let digit = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        let more = if length > 0 { 0x80 } else { 0 };
        output.extend_from_slice(&[digit | more]);
        if length == 0 {
            return;
        }
    }
}

/// Wraps an error of the codec, whose text quotes at most a number or the name of a packet type.
fn malformed(error: &rumqttc::mqttbytes::Error) -> Error {
    Error::protocol(error.to_string())
}

#[cfg(test)]
mod tests {
    use rumqttc::mqttbytes::QoS;
    use rumqttc::mqttbytes::v4::PubAck;

    use super::*;

    const LIMIT: usize = 1024;

    fn message(topic: &str, size: usize, qos: QoS) -> Publish {
        let mut publish = Publish::new(topic, qos, vec![b'x'; size]);
        publish.pkid = if qos == QoS::AtMostOnce { 0 } else { 7 };
        publish
    }

    fn bytes(packets: impl IntoIterator<Item = Packet>) -> BytesMut {
        let mut bytes = BytesMut::new();
        for packet in packets {
            packet.write(&mut bytes, usize::MAX).unwrap();
        }
        bytes
    }

    /// Decodes bytes that arrive in pieces of the given size.
    fn frames(bytes: &[u8], piece: usize) -> Vec<Frame> {
        let mut framing = Framing::new(LIMIT);
        let mut frames = Vec::new();
        for piece in bytes.chunks(piece) {
            framing.input().extend_from_slice(piece);
            while let Some(frame) = framing.next().unwrap() {
                frames.push(frame);
            }
        }
        frames
    }

    #[test]
    fn packets_are_found_however_the_bytes_arrive() {
        let packets = || {
            [
                Packet::PubAck(PubAck::new(3)),
                Packet::Publish(message("a/b", 200, QoS::AtLeastOnce)),
                Packet::PingResp,
                Packet::Publish(message("c", 0, QoS::AtMostOnce)),
            ]
        };
        let expected: Vec<_> = packets().into_iter().map(Frame::Packet).collect();
        for piece in [1, 2, 3, 7, 100, 10_000] {
            assert_eq!(frames(&bytes(packets()), piece), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_payload_that_is_too_large_is_skipped_and_the_next_packet_is_found() {
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
            let large = message("large/one", 50_000, qos);
            let bytes = bytes([Packet::Publish(large.clone()), Packet::PingResp]);
            let expected = [
                Frame::TooLarge(Publish { payload: Bytes::new(), ..large }, 50_000),
                Frame::Packet(Packet::PingResp),
            ];
            for piece in [1, 13, 4096, 100_000] {
                assert_eq!(frames(&bytes, piece), expected, "in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_skipped_payload_takes_no_memory() {
        let bytes = bytes([Packet::Publish(message("large", 10_000_000, QoS::AtLeastOnce))]);
        let mut framing = Framing::new(LIMIT);
        for piece in bytes.chunks(READ_BYTES) {
            framing.input().extend_from_slice(piece);
            framing.next().unwrap();
            assert!(framing.input.capacity() <= 4 * READ_BYTES, "{}", framing.input.capacity());
        }
    }

    #[test]
    fn the_memory_of_a_large_packet_is_released() {
        let mut framing = Framing::new(20_000_000);
        let large = Packet::Publish(message("large", 10_000_000, QoS::AtLeastOnce));
        framing.input().extend_from_slice(&bytes([large, Packet::PingResp]));
        assert!(matches!(framing.next(), Ok(Some(Frame::Packet(Packet::Publish(_))))));
        assert!(framing.input.capacity() <= 2 * READ_BYTES, "{}", framing.input.capacity());
        assert_eq!(framing.next().unwrap(), Some(Frame::Packet(Packet::PingResp)));
    }

    #[test]
    fn a_malformed_packet_is_an_error() {
        for bytes in [
            &[0x30, 0xff, 0xff, 0xff, 0xff, 0x01][..],
            &[0xf0, 0x00],
            &[0x30, 0x02, 0x00, 0x00],
            &[0xd0, 0xff, 0xff, 0x7f],
        ] {
            let mut framing = Framing::new(LIMIT);
            framing.input().extend_from_slice(bytes);
            assert!(matches!(framing.next(), Err(Error::Protocol { .. })), "{bytes:?}");
        }
    }
}
