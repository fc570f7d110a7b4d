//! Files that earlier versions made are taken over, and those of later ones are left alone.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use spool::Backlog;

use crate::damage::{root, set_aside};
use crate::{count, drain, folder, open, push};

/// The tables as version 1 made them.
const VERSION_1: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, payload BLOB NOT NULL,
        spooled_at TEXT NOT NULL) STRICT;
    CREATE INDEX batches_by_destination ON batches (destination, id);
    CREATE TABLE dead_letters (id INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL,
        record TEXT NOT NULL, reason TEXT NOT NULL, buried_at TEXT NOT NULL) STRICT;
    PRAGMA application_id = 1936748399;
    PRAGMA user_version = 1;";

fn version_1(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(VERSION_1).unwrap();
    for number in 0..40 {
        connection
            .execute(
                "INSERT INTO batches (destination, payload, spooled_at)
                 VALUES (iif(?1 % 4 = 0, 'b', 'a'), CAST('batch ' || ?1 AS BLOB), '2025-03-01T12:00:00.000000Z')",
                [number],
            )
            .unwrap();
    }
    connection
        .execute("INSERT INTO dead_letters VALUES (1, 'a', '{}', 'no', '2025-03-01T12:00:00.000000Z')", ())
        .unwrap();
    connection
}

fn assert_taken_over(path: &Path) {
    let mut spool = open(path);
    let oldest = Some("2025-03-01T12:00:00Z".parse().unwrap());
    assert_eq!(spool.backlog("a").unwrap(), Backlog { batches: 30, records: 30, bytes: 30 * 8 - 7, oldest });
    assert_eq!(spool.dead_letter_count().unwrap(), 1);
    push(&mut spool, "a", b"new", 1);
    let batches = |wanted: fn(&i32) -> bool| (0..40).filter(wanted).map(|number| format!("batch {number}"));
    let mut a: Vec<_> = batches(|number| number % 4 != 0).map(String::into_bytes).collect();
    a.push(b"new".to_vec());
    assert_eq!(drain(&mut spool, "a"), a);
    assert_eq!(drain(&mut spool, "b").len(), 10);
}

#[test]
fn a_spool_of_version_1_is_taken_over() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(version_1(&path));
    assert_taken_over(&path);
    assert!(set_aside(&path).is_empty());
}

#[test]
fn a_spool_of_version_1_that_was_killed_is_taken_over() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let copy = folder.path().join("copy.db");
    let running = version_1(&path);
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(name(&path), name(&copy)).unwrap();
    }
    drop(running);
    assert_taken_over(&copy);
}

#[test]
fn a_small_spool_of_version_1_learns_to_shrink() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(version_1(&path));
    drop(open(&path));
    let mode: i64 =
        Connection::open(&path).unwrap().pragma_query_value(None, "auto_vacuum", |row| row.get(0)).unwrap();
    assert_eq!(mode, 2, "INCREMENTAL");
}

#[test]
fn a_damaged_spool_of_version_1_is_read_as_far_as_it_can_be() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(version_1(&path));
    let root = root(&path, "batches_by_destination");
    let mut content = fs::read(&path).unwrap();
    content[root..root + 100].fill(0xff);
    fs::write(&path, content).unwrap();
    assert_taken_over(&path);
    assert_eq!(set_aside(&path).len(), 1);
}

#[test]
fn a_spool_of_a_later_version_is_set_aside() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    push(&mut open(&path), "a", b"1", 1);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();

    assert_eq!(count(&open(&path), "a"), 0);
    assert_eq!(set_aside(&path).len(), 1);
}
