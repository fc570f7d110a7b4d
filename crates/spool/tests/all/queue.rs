//! Batches and dead letters: their content, and their order.

use std::fs;

use jiff::Timestamp;
use spool::{Backlog, DeadLetter, Entry, Limits, Spool};

use crate::{at, count, drain, entry, folder, open, push};

fn noon() -> Timestamp {
    "2025-03-01T12:00:00.123456789Z".parse().unwrap()
}

#[test]
fn batches_survive_a_restart_byte_for_byte() {
    let folder = folder();
    let path = folder.path().join("deep/folder/spool.db");
    let payload: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let entry =
        Entry { destination: "influxdb", payload: &payload, records: 500, first: at(-5), last: noon() };
    assert!(open(&path).push(&[entry], noon()).unwrap().dropped.is_empty());

    let batch = open(&path).oldest("influxdb").unwrap().unwrap();
    assert_eq!(batch.payload, payload);
    assert_eq!(batch.records, 500);
    assert_eq!(batch.first, at(-5));
    assert_eq!(batch.last.to_string(), "2025-03-01T12:00:00.123456Z");
    assert_eq!(batch.spooled_at.to_string(), "2025-03-01T12:00:00.123456Z");
}

#[test]
fn each_destination_gets_its_own_batches_oldest_first() {
    let folder = folder();
    let mut spool = open(&folder.path().join("s.db"));
    push(&mut spool, "a", b"1", 1);
    let rest = [entry("b", b"2", 2), entry("a", b"3", 3), entry("a", b"", 4)];
    assert!(spool.push(&rest, at(5)).unwrap().dropped.is_empty());
    assert_eq!(spool.destinations().unwrap(), ["a", "b"]);
    assert_eq!((count(&spool, "a"), count(&spool, "b"), count(&spool, "c")), (3, 1, 0));
    assert_eq!(drain(&mut spool, "a"), [b"1".as_slice(), b"3", b""]);
    assert_eq!(spool.destinations().unwrap(), ["b"]);
    assert!(spool.oldest("a").unwrap().is_none());
}

#[test]
fn spooled_batches_are_counted_also_after_a_restart() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = open(&path);
    assert!(spool.backlog("a").unwrap().is_empty());
    for (payload, second) in [("12345", 10), ("678", 20)] {
        let batch = Entry { records: 7, ..entry("a", payload.as_bytes(), second) };
        assert!(spool.push(&[batch, entry("b", b"x", second)], at(second)).unwrap().dropped.is_empty());
    }
    drop(spool);
    let mut spool = open(&path);
    let both = Backlog { batches: 2, records: 14, bytes: 8, oldest: Some(at(10)) };
    assert_eq!(spool.backlog("a").unwrap(), both);
    let first = spool.oldest("a").unwrap().unwrap().id;
    spool.remove(&[first]).unwrap();
    let one = Backlog { batches: 1, records: 7, bytes: 3, oldest: Some(at(20)) };
    assert_eq!(spool.backlog("a").unwrap(), one);
}

#[test]
fn several_batches_are_removed_at_once() {
    let folder = folder();
    let mut spool = open(&folder.path().join("s.db"));
    let mut ids = Vec::new();
    for destination in ["a", "b", "c"] {
        push(&mut spool, destination, b"1", 1);
        ids.push(spool.oldest(destination).unwrap().unwrap().id);
    }
    spool.remove(&ids[..2]).unwrap();
    assert_eq!(spool.destinations().unwrap(), ["c"]);
}

#[test]
fn a_late_remove_does_not_hit_another_batch() {
    let folder = folder();
    let mut spool = open(&folder.path().join("s.db"));
    push(&mut spool, "a", b"1", 1);
    let first = spool.oldest("a").unwrap().unwrap().id;
    spool.remove(&[first]).unwrap();
    push(&mut spool, "a", b"2", 2);
    spool.remove(&[first]).unwrap();
    assert_eq!(drain(&mut spool, "a"), [b"2"]);
}

#[test]
fn a_batch_of_one_file_does_not_stand_for_one_of_another() {
    let folder = folder();
    let (mut one, mut other) = (open(&folder.path().join("1.db")), open(&folder.path().join("2.db")));
    push(&mut one, "a", b"1", 1);
    push(&mut other, "a", b"1", 1);
    let id = one.oldest("a").unwrap().unwrap().id;
    other.remove(&[id]).unwrap();
    assert_eq!(count(&other, "a"), 1);
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
    open(&path).bury(&letters).unwrap();

    let spool = open(&path);
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
fn a_person_may_add_and_remove_batches_in_sqlite3() {
    let folder = folder();
    let path = folder.path().join("s.db");
    let mut spool = open(&path);
    push(&mut spool, "a", b"gone", 1);
    let sqlite3 = rusqlite::Connection::open(&path).unwrap();
    sqlite3
        .execute_batch(
            "DELETE FROM batches;
             INSERT INTO batches (destination, payload, spooled_at)
             VALUES ('a', CAST('by hand' AS BLOB), '2025-03-01T12:00:00.000000Z')",
        )
        .unwrap();
    let oldest = Some("2025-03-01T12:00:00Z".parse().unwrap());
    assert_eq!(spool.backlog("a").unwrap(), Backlog { batches: 1, records: 1, bytes: 7, oldest });
    assert_eq!(drain(&mut spool, "a"), [b"by hand"]);
}

#[test]
fn a_healthy_run_creates_nothing() {
    let folder = folder();
    let path = folder.path().join("deep/s.db");
    assert!(Spool::open_existing(&path, Limits::default()).unwrap().is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    push(&mut open(&path), "a", b"1", 1);
    let spool = Spool::open_existing(&path, Limits::default()).unwrap().unwrap();
    assert_eq!(count(&spool, "a"), 1);
}

#[test]
fn one_program_at_a_time_delivers() {
    let folder = folder();
    let path = folder.path().join("deep/s.db");
    let guard = Spool::try_lock(&path).unwrap();
    assert!(guard.is_some());
    assert!(Spool::try_lock(&path).unwrap().is_none());
    push(&mut open(&path), "a", b"1", 1);
    drop(guard);
    assert!(Spool::try_lock(&path).unwrap().is_some());
}
