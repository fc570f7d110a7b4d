//! The sink against real engines: InfluxDB, and VictoriaMetrics for a second opinion.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use fault::{Fault, Kind};
use http_client::{Client, Options};
use record::{Batch, Json, Record, Timestamp};
use secret::Secret;
use sink::{Sink, Written};
use sink_influxdb::{Config, InfluxdbSink};
use testkit::require;
use testkit::servers::{Influxdb, VictoriaMetrics};

/// Readings of a room.
#[derive(Record)]
#[record(measurement = "room")]
struct Room {
    #[record(time)]
    time: Timestamp,
    #[record(tag)]
    name: String,
    /// Air temperature.
    #[record(unit = "°C")]
    temp: f64,
    /// Number of people.
    people: i64,
    /// Whether the window is open.
    window: bool,
    /// Text on the door.
    door: String,
}

/// A value as a float.
#[derive(Record)]
#[record(measurement = "value")]
struct Number {
    #[record(time)]
    time: Timestamp,
    /// The value.
    value: Option<f64>,
    /// Another value.
    other: f64,
}

/// The same value as text.
#[derive(Record)]
#[record(measurement = "value")]
struct Words {
    #[record(time)]
    time: Timestamp,
    /// The value.
    value: Option<String>,
    /// Another value.
    other: f64,
}

/// 2023-11-14, and so many seconds later, with a fraction that needs nanoseconds.
fn at(second: i32) -> Timestamp {
    Timestamp::new(1_700_000_000 + i64::from(second), 123_456_789).unwrap()
}

fn rooms(count: i32) -> Vec<Room> {
    let room = |n| Room {
        time: at(n),
        name: format!("room {}, \"east\" = \\ {}", n % 3, "é"),
        temp: f64::from(n) / 10.0,
        people: i64::from(n),
        window: n % 2 == 0,
        door: "say \"hello\"\nand \\ go".to_owned(),
    };
    (0..count).map(room).collect()
}

/// Words in the rows that are a multiple of `every`, none in the others.
fn words(count: i32, every: i32) -> Vec<Words> {
    let value = |n| (n % every == 0).then(|| "many".to_owned());
    (0..count).map(|n| Words { time: at(n), value: value(n), other: 1.0 }).collect()
}

fn sink(url: &str, token: &str, org: &str, bucket: &str) -> InfluxdbSink {
    let http = Client::new(Options::new("test", "0", tls::client_config(None).unwrap())).unwrap();
    let config = Config {
        url: url.parse().unwrap(),
        token: Secret::from(token),
        org: org.to_owned(),
        bucket: bucket.to_owned(),
        gzip: Some(true),
    };
    InfluxdbSink::new(&config, &http)
}

fn bucket(influxdb: &Influxdb, name: &str) -> InfluxdbSink {
    influxdb.fresh_bucket(name).unwrap();
    sink(influxdb.url(), influxdb.token(), influxdb.org(), name)
}

/// The only value of the only row.
fn count(influxdb: &Influxdb, bucket: &str, influxql: &str) -> Option<i64> {
    influxdb.query(bucket, influxql).unwrap().first()?.get("count")?.as_i64()
}

fn refused_rows(written: &Written) -> Vec<usize> {
    written.refused.iter().map(|refused| refused.row).collect()
}

#[tokio::test]
async fn many_points_arrive_as_they_are_and_a_repeat_changes_nothing() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    let sink = bucket(influxdb, "rooms");
    let rooms = rooms(12_000);
    for _ in 0..2 {
        assert_eq!(sink.write(&Batch::of(&rooms)).await.unwrap(), Written::default());
        assert_eq!(count(influxdb, "rooms", "SELECT count(temp) FROM room"), Some(12_000));
    }
    let row = &influxdb.query("rooms", "SELECT * FROM room ORDER BY time DESC LIMIT 1").unwrap()[0];
    let last = rooms.last().unwrap();
    assert_eq!(row["time"].as_i64().map(i128::from), Some(last.time.as_nanosecond()));
    assert_eq!(row["name"], Json::from(last.name.as_str()));
    assert_eq!(row["door"], Json::from(last.door.as_str()));
    assert_eq!((row["temp"].as_f64(), row["people"].as_i64()), (Some(last.temp), Some(last.people)));
    assert_eq!(row["window"], Json::from(last.window));
}

#[tokio::test]
async fn a_field_of_another_type_is_refused_and_the_other_rows_are_written() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    let sink = bucket(influxdb, "conflict");
    sink.write(&Batch::of(&[Number { time: at(-1), value: Some(0.5), other: 0.5 }])).await.unwrap();

    let written = sink.write(&Batch::of(&words(6000, 1000))).await.unwrap();
    assert_eq!(refused_rows(&written), [0, 1000, 2000, 3000, 4000, 5000]);
    assert_eq!(written.refused[0].reason, "`value` is sent as string, but `value` has it as float");
    assert_eq!(count(influxdb, "conflict", "SELECT count(other) FROM value"), Some(1 + 6000 - 6));
}

#[tokio::test]
async fn a_field_of_another_type_is_refused_only_where_the_store_has_it() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    let sink = bucket(influxdb, "shards");
    sink.write(&Batch::of(&[Number { time: at(-1), value: Some(0.5), other: 0.5 }])).await.unwrap();

    // A row an hour, so that they reach over several weeks, each of which is a shard of its own.
    let mut words = words(500, 1);
    for (row, hour) in words.iter_mut().zip(0..) {
        row.time = at(hour * 3600);
    }
    let written = sink.write(&Batch::of(&words)).await.unwrap();
    let refused = written.refused.len();
    assert!((1..=168).contains(&refused), "{refused} rows refused");
    assert_eq!(refused_rows(&written), (0..refused).collect::<Vec<_>>());
    let stored = i64::try_from(1 + words.len() - refused).unwrap();
    assert_eq!(count(influxdb, "shards", "SELECT count(other) FROM value"), Some(stored));
}

#[tokio::test]
async fn when_every_row_has_a_field_of_another_type_all_are_refused() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    let sink = bucket(influxdb, "all");
    sink.write(&Batch::of(&[Number { time: at(-1), value: Some(0.5), other: 0.5 }])).await.unwrap();
    let written = sink.write(&Batch::of(&words(300, 1))).await.unwrap();
    assert_eq!(refused_rows(&written), (0..300).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_check_finds_the_bucket_and_writes_nothing() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    bucket(influxdb, "checked").check().await.unwrap();
    assert!(influxdb.query("checked", "SHOW MEASUREMENTS").unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_token_and_an_unknown_bucket_are_different_errors() {
    let Some(influxdb) = require(Influxdb::shared()) else { return };
    let (url, token, org, bucket) = (influxdb.url(), influxdb.token(), influxdb.org(), influxdb.bucket());
    for (sink, kind) in [
        (sink(url, "wrong-token", org, bucket), Kind::Unauthorized),
        (sink(url, token, org, "no such bucket"), Kind::Configuration),
    ] {
        assert_eq!(sink.check().await.unwrap_err().kind(), kind);
        assert_eq!(sink.write(&Batch::of(&rooms(1))).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn victoria_metrics_takes_the_same_requests() {
    let Some(victoria) = require(VictoriaMetrics::start()) else { return };
    let sink = sink(victoria.url(), "any", "home", "iot");
    sink.check().await.unwrap();
    let mut rooms = rooms(12_000);
    for room in &mut rooms {
        // It ends a line at a line break in text, and a tag at a space after two backslashes, and says nothing.
        "open".clone_into(&mut room.door);
        room.name = room.name.replace('\\', "/");
    }
    assert_eq!(sink.write(&Batch::of(&rooms)).await.unwrap(), Written::default());
    let stored = victoria.export().unwrap();
    let values = |name: &str| -> usize {
        let series = stored.iter().filter(|series| series["metric"]["__name__"] == name);
        series.filter_map(|series| series["values"].as_array().map(Vec::len)).sum()
    };
    assert_eq!((values("room_temp"), values("room_people")), (12_000, 12_000));
}
