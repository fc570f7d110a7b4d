//! Load generator: `flood MESSAGES QOS` publishes as fast as the broker of `MQTT_URL` accepts, under `flood/…`.
//!
//! It bypasses this crate, so that a benchmark measures the subscriber and the broker.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bytes::BytesMut;
use rumqttc::mqttbytes::QoS;
use rumqttc::mqttbytes::v4::{Connect, Packet, Publish};

/// Messages in one write.
const BATCH: usize = 100;
/// Messages that may be unacknowledged.
const WINDOW: usize = 1000;
const TOPICS: usize = 100;
const PAYLOAD_BYTES: usize = 250;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let messages: usize = words.next().ok_or("flood MESSAGES QOS")?.parse()?;
    let qos = if words.next().as_deref() == Some("1") { QoS::AtLeastOnce } else { QoS::AtMostOnce };
    let mut stream = connect()?;
    let acknowledged = count_acknowledgements(stream.try_clone()?, qos);
    let started = Instant::now();
    let mut bytes = BytesMut::new();
    for first in (0..messages).step_by(BATCH) {
        while qos == QoS::AtLeastOnce && first > acknowledged.load(Ordering::Acquire) + WINDOW - BATCH {
            std::thread::yield_now();
        }
        for number in first..messages.min(first + BATCH) {
            let mut publish = Publish::new(format!("flood/{}", number % TOPICS), qos, payload(number));
            publish.pkid = u16::try_from(number % 60_000)? + 1;
            Packet::Publish(publish).write(&mut bytes, usize::MAX)?;
        }
        stream.write_all(&bytes)?;
        bytes.clear();
    }
    while qos == QoS::AtLeastOnce && acknowledged.load(Ordering::Acquire) < messages {
        std::thread::yield_now();
    }
    Packet::Disconnect.write(&mut bytes, usize::MAX)?;
    stream.write_all(&bytes)?;
    println!("{messages} published in {:.2?}", started.elapsed());
    Ok(())
}

fn connect() -> Result<TcpStream, Box<dyn Error>> {
    let url = url::Url::parse(&std::env::var("MQTT_URL")?)?;
    let address = (url.host_str().ok_or("MQTT_URL names no host")?, url.port().unwrap_or(1883));
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut connect = Connect::new("flood");
    connect.keep_alive = 0;
    connect.set_credentials(url.username(), url.password().unwrap_or_default().to_owned());
    let mut bytes = BytesMut::new();
    Packet::Connect(connect).write(&mut bytes, usize::MAX)?;
    stream.write_all(&bytes)?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    if answer == [0x20, 2, 0, 0] { Ok(stream) } else { Err("the broker refused the login".into()) }
}

/// Counts acknowledgements, of four bytes each.
fn count_acknowledgements(mut stream: TcpStream, qos: QoS) -> Arc<AtomicUsize> {
    let acknowledged = Arc::new(AtomicUsize::new(0));
    if qos == QoS::AtLeastOnce {
        let count = Arc::clone(&acknowledged);
        std::thread::spawn(move || {
            let (mut buffer, mut bytes) = ([0; 4096], 0);
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                bytes += read;
                count.store(bytes / 4, Ordering::Release);
            }
        });
    }
    acknowledged
}

/// Payload of eight fields, as a Zigbee sensor sends it.
fn payload(number: usize) -> String {
    let (tens, ones) = (number / 10 % 10, number % 10);
    let mut text = format!(
        r#"{{"battery":{ones}7,"humidity":4{ones}.{tens},"linkquality":1{ones}{tens},"pressure":101{ones}.5,"temperature":2{tens}.{ones},"voltage":30{tens}5,"occupancy":true,"note":""#
    );
    while text.len() < PAYLOAD_BYTES - 2 {
        text.push('x');
    }
    text + "\"}"
}
