//! Minimal subscriber, the baseline of the benchmark: `bare MESSAGES QOS`, from the broker of `MQTT_URL`, under
//! `flood/#`.
//!
//! It reads only the length of a packet, acknowledges it at once, and discards it.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use bytes::{Buf, BytesMut};
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{Connect, Packet, Subscribe};

const READ_BYTES: usize = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let expected: u32 = words.next().ok_or("bare MESSAGES QOS")?.parse()?;
    let qos = if words.next().as_deref() == Some("1") { QoS::AtLeastOnce } else { QoS::AtMostOnce };
    let mut stream = subscribe(qos)?;
    let (mut input, mut output, mut chunk) = (BytesMut::new(), Vec::new(), vec![0; READ_BYTES]);
    let (mut count, mut started) = (0, None);
    while count < expected {
        let read = stream.read(&mut chunk)?;
        input.extend_from_slice(chunk.get(..read).unwrap_or_default());
        while let Some((length, identifier)) = packet(&input) {
            started.get_or_insert_with(Instant::now);
            output.extend(identifier.iter().flat_map(|identifier| [0x40, 2, identifier[0], identifier[1]]));
            count += 1;
            input.advance(length);
        }
        stream.write_all(&output)?;
        output.clear();
    }
    let seconds = started.map_or(0.0, |started| started.elapsed().as_secs_f64());
    println!("{count} messages in {seconds:.2} s: {:.0} per second", f64::from(count) / seconds);
    Ok(())
}

/// Length of the first packet, if it is complete, and its identifier, if it has one.
fn packet(input: &[u8]) -> Option<(usize, Option<[u8; 2]>)> {
    let (mut remaining, mut head) = (0, 1);
    for byte in input.get(1..)?.iter().take(4) {
        remaining |= usize::from(byte & 0x7f) << (7 * (head - 1));
        head += 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let packet = input.get(..head + remaining)?;
    let topic = packet.get(head..head + 2)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let identifier = packet.get(head + 2 + topic..head + 4 + topic)?;
    let is_acknowledged = packet.first()? & 0b0110 != 0;
    Some((head + remaining, is_acknowledged.then(|| identifier.try_into().ok()).flatten()))
}

fn subscribe(qos: QoS) -> Result<TcpStream, Box<dyn Error>> {
    let url = url::Url::parse(&std::env::var("MQTT_URL")?)?;
    let address = (url.host_str().ok_or("MQTT_URL names no host")?, url.port().unwrap_or(1883));
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut connect = Connect::new("bare");
    connect.keep_alive = 0;
    connect.set_credentials(url.username(), url.password().unwrap_or_default().to_owned());
    let mut subscribe = Subscribe::new("flood/#", qos);
    subscribe.pkid = 1;
    let mut bytes = BytesMut::new();
    Packet::Connect(connect).write(&mut bytes, usize::MAX)?;
    Packet::Subscribe(subscribe).write(&mut bytes, usize::MAX)?;
    stream.write_all(&bytes)?;
    // CONNACK and SUBACK
    let mut answers = [0; 4 + 5];
    stream.read_exact(&mut answers)?;
    println!("subscribed");
    Ok(stream)
}
