//! Batches and dead letters: order, durability, and who may deliver.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use jiff::Timestamp;
use spool::{DeadLetter, Spool};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn noon() -> Timestamp {
    "2025-03-01T12:00:00.123456789Z".parse().unwrap()
}

/// Takes every batch for a destination, as a run that delivers does.
fn drain(spool: &mut Spool, destination: &str) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    while let Some(batch) = spool.oldest(destination).unwrap() {
        spool.remove(batch.id).unwrap();
        payloads.push(batch.payload);
    }
    payloads
}

#[test]
fn batches_survive_a_restart_byte_for_byte() {
    let folder = folder();
    let path = folder.path().join("deep/folder/spool.db");
    let payload: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    Spool::open(&path).unwrap().push("influxdb", &payload, noon()).unwrap();

    let batch = Spool::open(&path).unwrap().oldest("influxdb").unwrap().unwrap();
    assert_eq!(batch.payload, payload);
    assert_eq!(batch.spooled_at.to_string(), "2025-03-01T12:00:00.123456Z");
}

#[test]
fn each_destination_gets_its_own_batches_oldest_first() {
    let folder = folder();
    let mut spool = Spool::open(&folder.path().join("s.db")).unwrap();
    for (destination, payload) in [("a", "1"), ("b", "2"), ("a", "3"), ("a", "")] {
        spool.push(destination, payload.as_bytes(), noon()).unwrap();
    }
    assert_eq!(spool.destinations().unwrap(), ["a", "b"]);
    assert_eq!((spool.count("a").unwrap(), spool.count("b").unwrap(), spool.count("c").unwrap()), (3, 1, 0));
    assert_eq!(drain(&mut spool, "a"), [b"1".as_slice(), b"3", b""]);
    assert_eq!(spool.destinations().unwrap(), ["b"]);
    assert!(spool.oldest("a").unwrap().is_none());
}

#[test]
fn a_late_remove_does_not_hit_another_batch() {
    let folder = folder();
    let mut spool = Spool::open(&folder.path().join("s.db")).unwrap();
    spool.push("a", b"1", noon()).unwrap();
    let first = spool.oldest("a").unwrap().unwrap().id;
    spool.remove(first).unwrap();
    spool.push("a", b"2", noon()).unwrap();
    spool.remove(first).unwrap();
    assert_eq!(drain(&mut spool, "a"), [b"2"]);
}

#[test]
fn dead_letters_survive_a_restart_and_read_well_in_sqlite3() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let letter = |record: &str, at: &str| DeadLetter {
        destination: "influxdb".into(),
        record: record.into(),
        reason: "field type conflict on temp".into(),
        at: at.parse().unwrap(),
    };
    let letters =
        [letter(r#"{"temp":"hot"}"#, "2025-03-01T12:00:00Z"), letter("{}", "2025-03-01T12:00:00.5Z")];
    Spool::open(&path).unwrap().bury(&letters).unwrap();

    let spool = Spool::open(&path).unwrap();
    assert_eq!(spool.dead_letters().unwrap(), letters);
    assert_eq!(spool.dead_letter_count().unwrap(), 2);
    drop(spool);
    let rows: Vec<String> = rusqlite::Connection::open(&path)
        .unwrap()
        .prepare("SELECT concat_ws('|', destination, record, buried_at) FROM dead_letters ORDER BY buried_at")
        .unwrap()
        .query_map((), |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        rows,
        [r#"influxdb|{"temp":"hot"}|2025-03-01T12:00:00.000000Z"#, "influxdb|{}|2025-03-01T12:00:00.500000Z"]
    );
}

#[test]
fn a_healthy_run_creates_nothing() {
    let folder = folder();
    let path = folder.path().join("deep/s.db");
    assert!(Spool::open_existing(&path).unwrap().is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    Spool::open(&path).unwrap().push("a", b"1", noon()).unwrap();
    assert_eq!(Spool::open_existing(&path).unwrap().unwrap().count("a").unwrap(), 1);
}

#[test]
fn one_program_at_a_time_delivers() {
    let folder = folder();
    let path = folder.path().join("deep/s.db");
    let guard = Spool::try_lock(&path).unwrap();
    assert!(guard.is_some());
    assert!(Spool::try_lock(&path).unwrap().is_none());
    Spool::open(&path).unwrap().push("a", b"1", noon()).unwrap();
    drop(guard);
    assert!(Spool::try_lock(&path).unwrap().is_some());
}
