//! Benchmark of mapping, and of writing the rows as line protocol, on one core.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark fails loudly")]

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use line_protocol::Lines;
use mqtt_gateway::mapping::Mapping;
use mqtt_gateway::transform::{Incoming, Mapper, Outcome};
use record::{Batch, LineEncoder, Timestamp};

const DEVICES: usize = 50;
const MESSAGES: usize = 5_000;
const FIELDS: [&str; 7] =
    ["battery", "humidity", "linkquality", "power_outage_count", "pressure", "temperature", "voltage"];

fn main() {
    divan::main();
}

fn mapper() -> Mapper {
    let exposes: Vec<_> =
        FIELDS.iter().map(|field| format!(r#"{{"type":"numeric","property":"{field}"}}"#)).collect();
    let exposes = format!(
        r#"{},{{"type":"binary","property":"state","value_on":"ON","value_off":"OFF"}}"#,
        exposes.join(",")
    );
    let device = |at| {
        format!(
            r#"{{"friendly_name":"room {at}/climate","type":"EndDevice","definition":{{"exposes":[{exposes}]}}}}"#
        )
    };
    let devices: Vec<_> = (0..DEVICES).map(device).collect();
    let mut mapper = Mapper::new(Mapping::default());
    let list = format!("[{}]", devices.join(","));
    assert_eq!(map(&mut mapper, "zigbee2mqtt/bridge/devices", list.as_bytes()), Outcome::Learned);
    mapper
}

fn map(mapper: &mut Mapper, topic: &str, payload: &[u8]) -> Outcome {
    mapper.map(Incoming { topic, payload, retained: false, arrival: Timestamp::UNIX_EPOCH })
}

fn topics() -> Vec<String> {
    (0..DEVICES).map(|at| format!("zigbee2mqtt/room {at}/climate")).collect()
}

/// A payload of about 250 bytes with 8 fields and its time.
fn payload(at: usize) -> String {
    format!(
        r#"{{"battery":97,"humidity":48.32,"last_seen":"2026-08-20T07:59:58.{:03}Z","linkquality":105,"power_outage_count":17,"pressure":1013.{},"state":"ON","temperature":21.84,"voltage":3005,"update":{{"state":"idle","installed_version":192,"latest_version":192}}}}"#,
        at % 1000,
        at % 10
    )
}

#[divan::bench]
fn zigbee2mqtt(bencher: Bencher) {
    let (mut mapper, topics) = (mapper(), topics());
    let payloads: Vec<_> = (0..MESSAGES).map(payload).collect();
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        for (at, payload) in payloads.iter().enumerate() {
            black_box(map(&mut mapper, &topics[at % DEVICES], payload.as_bytes()));
        }
        mapper.tables()[0].take()
    });
}

#[divan::bench]
fn zigbee2mqtt_to_lines(bencher: Bencher) {
    let (mut mapper, topics) = (mapper(), topics());
    let payloads: Vec<_> = (0..MESSAGES).map(payload).collect();
    let mut lines = Lines::new();
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        for (at, payload) in payloads.iter().enumerate() {
            black_box(map(&mut mapper, &topics[at % DEVICES], payload.as_bytes()));
        }
        let (schema, rows) = mapper.tables()[0].take();
        let batch = Batch::new(&schema, &rows);
        let mut encoder = LineEncoder::new(&schema).expect("names are sound");
        lines.clear();
        for row in 0..batch.len() {
            encoder.encode(&batch, row, &mut lines).expect("rows are sound");
        }
        lines.len()
    });
}

#[divan::bench]
fn unmapped(bencher: Bencher) {
    let mut mapper = mapper();
    let topics: Vec<_> = (0..MESSAGES).map(|at| format!("somewhere/else/{at}")).collect();
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        for topic in &topics {
            black_box(map(&mut mapper, topic, b"{}"));
        }
    });
}
