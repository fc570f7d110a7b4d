//! Benchmark of encoding records as line protocol: 4 fields, 3 tags, one core.
#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use divan::counter::ItemsCount;
use line_protocol::Lines;
use record::{Batch, Fields, LineEncoder, Record, Timestamp};

// Also counts allocations: there are none once the buffer has grown.
#[global_allocator]
static ALLOCATIONS: divan::AllocProfiler = divan::AllocProfiler::system();

const POINTS: u32 = 5_000;

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    city: String,
    #[record(tag)]
    station: String,
    #[record(tag)]
    network: &'static str,
    temp: f64,
    humidity: f64,
    pressure: f64,
    samples: i64,
}

/// The same with a struct that is flattened.
#[derive(Record)]
#[record(measurement = "weather")]
struct Flat {
    #[record(time)]
    at: Timestamp,
    #[record(flatten)]
    origin: Origin,
    temp: f64,
    humidity: f64,
    pressure: f64,
    samples: i64,
}

#[derive(Fields)]
struct Origin {
    #[record(tag)]
    city: String,
    #[record(tag)]
    station: String,
    #[record(tag)]
    network: &'static str,
}

fn main() {
    divan::main();
}

#[divan::bench]
fn encode(bencher: divan::Bencher<'_, '_>) {
    encoded(bencher, weather);
}

#[divan::bench]
fn encode_flattened(bencher: divan::Bencher<'_, '_>) {
    encoded(bencher, |n| {
        let Weather { at, city, station, network, temp, humidity, pressure, samples } = weather(n);
        Flat { at, origin: Origin { city, station, network }, temp, humidity, pressure, samples }
    });
}

fn encoded<R: Record>(bencher: divan::Bencher<'_, '_>, record: impl Fn(u32) -> R) {
    let records: Vec<_> = (0..POINTS).map(record).collect();
    let batch = Batch::of(&records);
    let mut encoder = LineEncoder::new(batch.schema()).expect("a schema of plain names");
    let mut lines = Lines::new();
    bencher.counter(ItemsCount::from(POINTS)).bench_local(|| {
        lines.clear();
        for row in 0..batch.len() {
            encoder.encode(&batch, row, &mut lines).expect("plain values");
        }
        lines.as_bytes().len()
    });
}

fn weather(n: u32) -> Weather {
    Weather {
        at: Timestamp::from_second(1_795_000_000 + i64::from(n)).expect("within range"),
        city: "Hood River".into(),
        station: format!("KS{n:04}"),
        network: "asos",
        temp: 20.0 + f64::from(n) / 7.0,
        humidity: 55.5,
        pressure: 1013.25,
        samples: i64::from(n),
    }
}
