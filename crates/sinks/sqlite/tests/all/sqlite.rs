//! Tests of SQLite beyond the claims of all SQL sinks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use fault::{Fault as _, Kind};
use record::{Batch, Date, Decimal, Record, Timestamp};
use rusqlite::Connection;
use sink::Sink as _;
use sink_sqlite::{Config, SqliteSink};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    city: &'static str,
    temp: f64,
    is_day: bool,
    day: Date,
    price: Decimal,
    raw: record::Json,
}

fn weather(second: i64, temp: f64) -> Weather {
    Weather {
        at: Timestamp::from_second(1_795_321_697 + second).unwrap(),
        city: "Oslo",
        temp,
        is_day: true,
        day: Date::constant(2026, 11, 22),
        price: Decimal::new(110, 2),
        raw: record::Json::Null,
    }
}

fn sink(path: &Path) -> SqliteSink {
    SqliteSink::new(&Config { path: path.to_owned() })
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/platform.db");
    (folder, path)
}

fn text(path: &Path, sql: &str) -> String {
    Connection::open(path).unwrap().query_row(sql, (), |row| row.get(0)).unwrap()
}

#[test]
fn values_are_stored_in_their_documented_forms() {
    let (_folder, path) = file();
    run(sink(&path).write(&Batch::of(&[weather(0, 1.5)]))).unwrap();
    let all = "SELECT concat_ws(' ', time, city, temp, is_day, day, price, raw) FROM weather";
    assert_eq!(text(&path, all), "2026-11-22T04:28:17.000000Z Oslo 1.5 1 2026-11-22 1.10 null");
}

#[test]
fn a_repeat_updates_no_row() {
    let (_folder, path) = file();
    let mut rows: Vec<_> = (0..10_000).map(|second| weather(second, 1.5)).collect();
    let sink = sink(&path);
    run(sink.write(&Batch::of(&rows))).unwrap();
    let watch = "CREATE TABLE changed (at TEXT); \
        CREATE TRIGGER watch AFTER UPDATE ON weather BEGIN INSERT INTO changed VALUES (new.time); END";
    Connection::open(&path).unwrap().execute_batch(watch).unwrap();
    rows[7].temp = 2.5;
    run(sink.write(&Batch::of(&rows))).unwrap();
    assert_eq!(text(&path, "SELECT group_concat(at) FROM changed"), "2026-11-22T04:28:24.000000Z");
}

#[test]
fn two_spellings_of_a_name_are_one() {
    let (_folder, path) = file();
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let table = "CREATE TABLE Weather (Time TEXT, City TEXT, TEMP REAL)";
    Connection::open(&path).unwrap().execute_batch(table).unwrap();
    let sink = sink(&path);
    run(sink.write(&Batch::of(&[weather(0, 1.5)]))).unwrap();
    run(sink.write(&Batch::of(&[weather(0, 2.5)]))).unwrap();
    assert_eq!(text(&path, "SELECT group_concat(TEMP) FROM Weather"), "2.5");
}

#[test]
fn a_file_that_cannot_be_made_is_a_matter_of_configuration() {
    let error =
        run(sink(Path::new("/dev/null/data/platform.db")).write(&Batch::of(&[weather(0, 1.5)]))).unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(fault::chain(&error).contains("/dev/null/data/platform.db"));
}

#[test]
fn a_file_that_was_moved_away_is_made_again() {
    let (folder, path) = file();
    let sink = sink(&path);
    run(sink.write(&Batch::of(&[weather(0, 1.5)]))).unwrap();
    std::fs::rename(path.parent().unwrap(), folder.path().join("old")).unwrap();
    run(sink.write(&Batch::of(&[weather(1, 1.5)]))).unwrap();
    assert_eq!(text(&path, "SELECT time FROM weather"), "2026-11-22T04:28:18.000000Z");
}

#[test]
fn nothing_is_made_for_a_batch_without_rows() {
    let (_folder, path) = file();
    run(sink(&path).write(&Batch::of::<Weather>(&[]))).unwrap();
    assert!(!path.exists());
}
