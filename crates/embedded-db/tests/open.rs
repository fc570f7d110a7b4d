//! Settings of an open file, and errors of files that cannot be opened or written.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error as _;
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::time::Duration;

use embedded_db::{BUSY_TIMEOUT, Error, check, open, open_shrinkable};
use fault::{Fault, Kind};
use rusqlite::Connection;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn setting(connection: &Connection, pragma: &str) -> String {
    let value: rusqlite::types::Value =
        connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
    match value {
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Integer(number) => number.to_string(),
        other => panic!("{pragma} is {other:?}"),
    }
}

fn failure(path: &Path) -> Error {
    open(path, Duration::ZERO).expect_err("the file cannot be opened")
}

fn statement(connection: &Connection, path: &Path, sql: &str) -> Result<(), Error> {
    connection.execute_batch(sql).map_err(|error| Error::from_sqlite(path, error))
}

#[test]
fn a_new_file_is_durable_and_patient_and_gets_its_folders() {
    let folder = folder();
    let path = folder.path().join("a/b/c.db");
    let connection = open(&path, Duration::from_millis(1234)).unwrap();
    assert!(path.is_file());
    assert_eq!(setting(&connection, "journal_mode"), "wal");
    assert_eq!(setting(&connection, "synchronous"), "2", "FULL");
    assert_eq!(setting(&connection, "foreign_keys"), "1");
    assert_eq!(setting(&connection, "busy_timeout"), "1234");
}

#[test]
fn a_shrinkable_file_is_as_durable_and_gives_space_back() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open_shrinkable(&path, BUSY_TIMEOUT).unwrap();
    assert_eq!(setting(&connection, "journal_mode"), "wal");
    assert_eq!(setting(&connection, "synchronous"), "2", "FULL");
    let fill = "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(1000000)); DELETE FROM t";
    statement(&connection, &path, fill).unwrap();
    // It frees a page at each step, so it has to be stepped to its end.
    let mut vacuum = connection.prepare("PRAGMA incremental_vacuum").unwrap();
    let mut steps = vacuum.query(()).unwrap();
    while steps.next().unwrap().is_some() {}
    drop(steps);
    statement(&connection, &path, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 100_000);

    let again = open(&path, BUSY_TIMEOUT).unwrap();
    assert_eq!(setting(&again, "auto_vacuum"), "2", "INCREMENTAL");
}

#[test]
fn an_empty_file_is_a_new_database() {
    let folder = folder();
    let path = folder.path().join("empty.db");
    fs::write(&path, "").unwrap();
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "CREATE TABLE t (x)").unwrap();
    check(&connection, &path).unwrap();
}

#[test]
fn a_path_that_looks_like_a_uri_is_a_path() {
    let folder = folder();
    let path = folder.path().join("file:db?mode=memory");
    open(&path, BUSY_TIMEOUT).unwrap();
    assert!(path.is_file());
}

#[test]
fn programs_that_open_one_new_file_at_once_all_succeed() {
    const PROGRAMS: usize = 8;
    let folder = folder();
    let path = folder.path().join("new/shared.db");
    let start = Barrier::new(PROGRAMS);
    std::thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| {
                start.wait();
                let connection = open(&path, BUSY_TIMEOUT).unwrap();
                assert_eq!(setting(&connection, "journal_mode"), "wal");
            });
        }
    });
}

#[test]
fn a_path_below_a_file_is_a_mistake_in_the_settings() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.join("x.db"), file.join("deep/x.db")] {
        let error = failure(&path);
        assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
        assert_eq!(error.kind(), Kind::Configuration);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_folder_is_not_a_place_for_rows() {
    let folder = folder();
    let error = failure(folder.path());
    assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
}

#[test]
fn a_file_of_something_else_is_corrupt() {
    let folder = folder();
    let path = folder.path().join("x.db");
    for content in [b"time,temp\n2025-01-01,3\n".repeat(500), vec![0; 8192]] {
        fs::write(&path, &content).unwrap();
        let error = failure(&path);
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), content, "the file is left as it was");
    }
}

#[test]
fn a_check_finds_a_file_that_lost_its_end() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))").unwrap();
    check(&connection, &path).unwrap();
    drop(connection);
    fs::File::options().write(true).open(&path).unwrap().set_len(8192).unwrap();

    let found = open(&path, BUSY_TIMEOUT).and_then(|connection| check(&connection, &path));
    assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
}

#[test]
fn a_value_beyond_the_end_of_the_file_is_damage() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))").unwrap();
    statement(&connection, &path, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let length = fs::metadata(&path).unwrap().len();
    fs::File::options().write(true).open(&path).unwrap().set_len(length - 4096).unwrap();

    let read = connection.query_row("SELECT x FROM t", (), |row| row.get::<_, Vec<u8>>(0));
    let error = Error::from_sqlite(&path, read.expect_err("the last page is gone"));
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_file_in_use_is_a_passing_fault() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let first = open(&path, Duration::ZERO).unwrap();
    let second = open(&path, Duration::ZERO).unwrap();
    statement(&first, &path, "BEGIN IMMEDIATE").unwrap();
    let error = statement(&second, &path, "BEGIN IMMEDIATE").unwrap_err();
    assert!(matches!(error, Error::Busy { .. }), "{error:?}");
    assert_eq!(error.kind(), Kind::Temporary);
}

#[test]
fn a_full_disk_is_a_passing_fault() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "CREATE TABLE t (x); PRAGMA max_page_count = 3").unwrap();
    let error = statement(&connection, &path, "INSERT INTO t VALUES (zeroblob(100000))").unwrap_err();
    assert!(matches!(error, Error::Disk { .. }), "{error:?}");
    assert_eq!(error.kind(), Kind::Temporary);
}

#[test]
fn a_file_that_may_only_be_read_is_a_mistake_in_the_settings() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "PRAGMA query_only = on").unwrap();
    let error = statement(&connection, &path, "CREATE TABLE t (x)").unwrap_err();
    assert!(matches!(error, Error::NotWritable { .. }), "{error:?}");
}

#[test]
fn a_broken_constraint_is_refused_and_its_cause_reported_once() {
    let folder = folder();
    let path = folder.path().join("x.db");
    let connection = open(&path, BUSY_TIMEOUT).unwrap();
    statement(&connection, &path, "CREATE TABLE t (x NOT NULL)").unwrap();
    let error = statement(&connection, &path, "INSERT INTO t VALUES (NULL)").unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected);
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("t.x"), "{cause}");
    assert_eq!(fault::chain(&error).matches(&cause).count(), 1);
}
