//! Devices that publish as fast as the broker takes it.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::packet::{self, Login};

/// Connections that publish at once: one alone does not keep a broker busy.
const CONNECTIONS: usize = 4;
/// Devices, each with a topic of its own.
const DEVICES: usize = 50;
/// Messages in one write.
const BATCH: usize = 50;
/// Messages of a connection that may be unacknowledged. The broker of the benchmark takes more.
const WINDOW: usize = 500;

/// The list of devices that the gateway reads.
pub(super) fn devices() -> String {
    let numeric = |name: &str| format!(r#"{{"type":"numeric","property":"{name}"}}"#);
    let names =
        ["battery", "humidity", "linkquality", "power_outage_count", "pressure", "temperature", "voltage"];
    let exposes = names.map(numeric).join(",");
    let device = |at| {
        let name = name(at);
        format!(
            r#"{{"friendly_name":"{name}","type":"EndDevice","definition":{{"exposes":[{exposes},
            {{"type":"text","property":"device_name"}}]}}}}"#
        )
    };
    format!("[{}]", (0..DEVICES).map(device).collect::<Vec<_>>().join(","))
}

pub(super) fn topic(number: usize) -> String {
    format!("zigbee2mqtt/{}", name(number))
}

/// About 250 bytes with 8 fields.
pub(super) fn payload(number: usize) -> String {
    let (temperature, pressure) = (15 + number % 10, 980 + number % 50);
    format!(
        r#"{{"battery":97,"device_name":"climate sensor in room {:03} on the {:09}th floor of a rather large building, beside the window","humidity":48.32,"linkquality":105,"power_outage_count":17,"pressure":{pressure}.5,"temperature":{temperature}.84,"voltage":{number}}}"#,
        number % DEVICES,
        number % 7,
    )
}

fn name(number: usize) -> String {
    format!("room {:03}/climate", number % DEVICES)
}

/// Publishes so many messages, and returns when the broker has them; with `QoS` 0, when they are sent.
pub(super) fn publish(login: &Login, messages: usize, qos: u8) -> Result<(), String> {
    let part = messages / CONNECTIONS;
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|at| {
            let login = login.clone();
            thread::spawn(move || connection(&login, at * part, part, qos))
        })
        .collect();
    for thread in threads {
        let ended = thread.join().map_err(|_| "a publisher panicked".to_owned())?;
        ended.map_err(|error| format!("a publisher: {error}"))?;
    }
    Ok(())
}

fn connection(login: &Login, first: usize, messages: usize, qos: u8) -> io::Result<()> {
    let mut stream = login.connect(&format!("flood-{first}"), false)?;
    // Encoded before, so that the broker never waits for us.
    let batches: Vec<Vec<u8>> = (0..20).map(|at| batch(first + at * BATCH, qos)).collect();
    let acknowledged = (qos > 0).then(|| count_acknowledgements(stream.try_clone()?)).transpose()?;
    let has_room =
        |sent: usize| acknowledged.as_ref().is_none_or(|count| sent < count.load(Ordering::Acquire) + WINDOW);
    for (sent, batch) in (0..messages).step_by(BATCH).zip(batches.iter().cycle()) {
        while !has_room(sent) {
            thread::yield_now();
        }
        stream.write_all(batch)?;
    }
    while acknowledged.as_ref().is_some_and(|count| count.load(Ordering::Acquire) < messages) {
        thread::yield_now();
    }
    stream.write_all(&[0xe0, 0])?;
    // The broker ends the connection when it has read everything.
    if qos == 0 {
        io::copy(&mut stream, &mut io::sink())?;
    }
    Ok(())
}

fn batch(first: usize, qos: u8) -> Vec<u8> {
    let message = |number: usize| {
        let identifier = u16::try_from(number % 60_000).unwrap_or_default() + 1;
        packet::publish(&topic(number), payload(number).as_bytes(), qos, identifier, false)
    };
    (first..first + BATCH).flat_map(message).collect()
}

fn count_acknowledgements(mut stream: TcpStream) -> io::Result<Arc<AtomicUsize>> {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    thread::Builder::new().spawn(move || {
        let (mut input, mut chunk) = (Vec::new(), vec![0; 16 * 1024]);
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            input.extend_from_slice(chunk.get(..read).unwrap_or_default());
            counting.fetch_add(packet::count(&mut input).acknowledged, Ordering::Release);
        }
    })?;
    Ok(count)
}
