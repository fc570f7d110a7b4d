//! From bytes to packets, leaving out payloads that are too large.

use bytes::{Buf as _, Bytes, BytesMut};
use rumqttc::mqttbytes::v4::{Packet, Publish};

use crate::Error;

/// Room for what one read may bring.
const READ_BYTES: usize = 64 * 1024;

/// Longest header before the payload: type and length, topic with its length, packet identifier.
const LONGEST_PUBLISH_HEAD: usize = 5 + 2 + 65_535 + 2;

/// What came off the wire.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A packet as it was sent.
    Packet(Packet),
    /// A message whose payload of so many bytes was left out.
    TooLarge(Publish, usize),
}

/// Collects bytes and gives the packets in them.
///
/// The standard lets a client close the connection on a packet it cannot take. The broker would send it again on the
/// next connection, for ever, so a payload that is too large is passed over instead.
#[derive(Debug)]
pub(crate) struct Framing {
    /// Where the bytes of a read go.
    input: BytesMut,
    /// Bytes of a payload that are still to be passed over.
    skip: usize,
    limit: usize,
}

impl Framing {
    /// Packets of at most `limit` bytes are taken whole.
    pub(crate) fn new(limit: usize) -> Self {
        Self { input: BytesMut::new(), skip: 0, limit }
    }

    /// Where the next bytes go. There is room in it.
    pub(crate) fn input(&mut self) -> &mut BytesMut {
        if self.input.capacity() - self.input.len() < READ_BYTES / 4 {
            self.input.reserve(READ_BYTES);
        }
        &mut self.input
    }

    /// The next packet, if all of it is there.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        if !self.has_skipped() {
            return Ok(None);
        }
        let Some(head) = Head::of(&self.input)? else { return Ok(None) };
        if head.packet_len() > self.limit {
            return self.next_too_large(&head);
        }
        if self.input.len() < head.packet_len() {
            self.input.reserve(head.packet_len() - self.input.len());
            return Ok(None);
        }
        let packet = Packet::read(&mut self.input, self.limit).map_err(|error| malformed(&error))?;
        self.give_back(head.packet_len());
        Ok(Some(Frame::Packet(packet)))
    }

    /// A buffer that grew for one packet is not kept.
    fn give_back(&mut self, packet_len: usize) {
        if packet_len > READ_BYTES {
            let rest = std::mem::take(&mut self.input);
            self.input.reserve(rest.len().max(READ_BYTES));
            self.input.extend_from_slice(&rest);
        }
    }

    /// Whether nothing is left to be passed over.
    fn has_skipped(&mut self) -> bool {
        let skipped = self.skip.min(self.input.len());
        self.input.advance(skipped);
        self.skip -= skipped;
        self.skip == 0
    }

    /// Reads a message without its payload as soon as all before the payload is there.
    fn next_too_large(&mut self, head: &Head) -> Result<Option<Frame>, Error> {
        if !head.is_publish() {
            return Err(Error::protocol(format!("a packet of {} bytes", head.packet_len())));
        }
        let Some(length) = publish_head_len(&self.input, head)? else { return Ok(None) };
        // A packet of its own, with an empty payload: the length is not the one that was sent.
        let mut alone = BytesMut::with_capacity(length + 4);
        let body = self.input.get(head.len..length).unwrap_or_default();
        alone.extend_from_slice(&[head.first]);
        write_length(&mut alone, body.len());
        alone.extend_from_slice(body);
        let packet = Packet::read(&mut alone, LONGEST_PUBLISH_HEAD).map_err(|error| malformed(&error))?;
        let Packet::Publish(mut publish) = packet else { return Err(Error::protocol("no message")) };
        publish.payload = Bytes::new();
        self.input.advance(length);
        self.skip = head.packet_len() - length;
        let size = self.skip;
        self.has_skipped();
        Ok(Some(Frame::TooLarge(publish, size)))
    }
}

/// How many bytes of a message stand before its payload; `None` while not all of them are there.
fn publish_head_len(input: &[u8], head: &Head) -> Result<Option<usize>, Error> {
    const QOS: u8 = 0b0110;
    let Some(topic_len) = input.get(head.len..head.len + 2) else { return Ok(None) };
    let topic_len = topic_len.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let identifier_len = if head.first & QOS == 0 { 0 } else { 2 };
    let length = head.len + 2 + topic_len + identifier_len;
    if length > head.packet_len() {
        return Err(Error::protocol("a topic longer than its packet"));
    }
    Ok((input.len() >= length).then_some(length))
}

/// Type and length of a packet.
///
/// Source: [MQTT 3.1.1, 2.2](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html).
struct Head {
    first: u8,
    /// How many bytes type and length take.
    len: usize,
    /// How many bytes follow.
    remaining: usize,
}

impl Head {
    /// Reads it; `None` while not all of it is there.
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

/// The codec quotes at most a number or the name of a packet.
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

    /// What is found when the bytes come in pieces of that size.
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
    fn a_payload_that_is_too_large_is_passed_over_and_the_next_packet_is_found() {
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
    fn what_is_passed_over_takes_no_memory() {
        let bytes = bytes([Packet::Publish(message("large", 10_000_000, QoS::AtLeastOnce))]);
        let mut framing = Framing::new(LIMIT);
        for piece in bytes.chunks(READ_BYTES) {
            framing.input().extend_from_slice(piece);
            framing.next().unwrap();
            assert!(framing.input.capacity() <= 4 * READ_BYTES, "{}", framing.input.capacity());
        }
    }

    #[test]
    fn the_memory_of_a_large_packet_is_given_back() {
        let mut framing = Framing::new(20_000_000);
        let large = Packet::Publish(message("large", 10_000_000, QoS::AtLeastOnce));
        framing.input().extend_from_slice(&bytes([large, Packet::PingResp]));
        assert!(matches!(framing.next(), Ok(Some(Frame::Packet(Packet::Publish(_))))));
        assert!(framing.input.capacity() <= 2 * READ_BYTES, "{}", framing.input.capacity());
        assert_eq!(framing.next().unwrap(), Some(Frame::Packet(Packet::PingResp)));
    }

    #[test]
    fn what_is_no_packet_is_an_error() {
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
