//! Disks that fill up: acknowledged batches stay, and delivery goes on.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Child;

use jiff::Timestamp;
use rusqlite::Connection;
use spool::{Backlog, Entry, Error, Limits, Spool};

use crate::chance::{Chance, rounds};
use crate::folder;
use crate::kill::kill;
use crate::oracle::Oracle;
use crate::program::{self, DISK, Script};

/// The size of a disk, in KiB.
const DISK_KIB: u64 = 6_000;

const PATH: &str = "SPOOL_CRASH_FULL";

#[test]
fn nothing_is_lost_when_a_file_cannot_grow() {
    rounds(10, |chance| {
        let folder = folder();
        let start = |script: &Script<'_>, kib| program::start_limited(script, kib);
        let mut oracle = Oracle::default();
        let path = folder.path().join("spool.db");
        for _ in 0..3 {
            let kib = 100 + chance.below(1_000);
            run(chance, &path, &mut oracle, |script| start(script, kib));
        }
        oracle.check(&path);
    });
}

#[test]
fn nothing_is_lost_when_the_disk_is_full() {
    on_a_small_disk("fill::nothing_is_lost_when_the_disk_is_full", fill);
}

#[test]
fn batches_delivered_on_a_full_disk_are_not_delivered_again() {
    on_a_small_disk("fill::batches_delivered_on_a_full_disk_are_not_delivered_again", deliver_all);
}

/// Starts the test of this name again, with a small disk of its own that is gone with it.
fn on_a_small_disk(name: &str, act: impl Fn(&Path)) {
    if let Ok(disk) = env::var(DISK) {
        return act(Path::new(&disk));
    }
    let folder = folder();
    let run = |program: &[&str]| {
        let mount = format!("mount -t tmpfs -o size={DISK_KIB}k none \"$0\" && exec \"$@\"");
        let mut command = commands::Essential::Unshare.command();
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
        command.arg(folder.path()).args(program).env(DISK, folder.path()).status()
    };
    if !run(&["true"]).is_ok_and(|status| status.success()) {
        eprintln!("this system lets nobody mount a small disk; the other tests of this file have to do");
        return;
    }
    let itself = env::current_exe().unwrap();
    let status = run(&[itself.to_str().unwrap(), "--exact", name, "--nocapture"]).unwrap();
    assert!(status.success(), "{status}");
}

fn fill(disk: &Path) {
    rounds(10, |chance| {
        let folder = tempfile::tempdir_in(disk).unwrap();
        let other = folder.path().join("what other programs have");
        let path = folder.path().join("spool.db");
        let mut oracle = Oracle::default();
        for _ in 0..3 {
            let kib = chance.index(usize::try_from(DISK_KIB).unwrap());
            // As much of it as there is room for.
            let _ = fs::write(&other, vec![0; kib << 10]);
            run(chance, &path, &mut oracle, program::start);
        }
        fs::remove_file(other).unwrap();
        oracle.check(&path);
    });
}

/// Fills a disk to its last byte, with a spool that has most of it.
fn deliver_all(disk: &Path) {
    let path = disk.join("spool.db");
    let mut spool = Spool::open(&path, Limits::default()).unwrap();
    let pushed = push_until_full(&mut spool, 0, 5_000);
    let pushed = push_until_full(&mut spool, pushed, 20);
    let _ = fs::write(disk.join("what other programs have"), vec![0; 1 << 20]);

    for number in 0..pushed {
        let batch = spool.oldest("a").unwrap().unwrap();
        assert_eq!(batch.payload[..8], number.to_le_bytes());
        spool.remove(&[batch.id]).unwrap();
    }
    // As a program does it that starts after the first was killed.
    let second = Spool::open(&path, Limits::default()).unwrap();
    assert_eq!(second.backlog("a").unwrap(), Backlog::default());
}

fn run(chance: &mut Chance, path: &Path, oracle: &mut Oracle, start: impl Fn(&Script<'_>) -> Child) {
    let script = Script { path, seed: chance.number(), first: oracle.next, steps: 60, delivers: true };
    let mut child = start(&script);
    kill(&mut child, chance, &mut |event| oracle.follow_on_full_disk(event));
}

#[test]
fn delivery_goes_on_while_nothing_can_be_removed() {
    if let Ok(path) = env::var(PATH) {
        return deliver_on_full_disk(Path::new(&path));
    }
    let folder = folder();
    let name = "fill::delivery_goes_on_while_nothing_can_be_removed";
    let mut command = program::limited(2_000);
    command.args(["--exact", name, "--nocapture"]).env(PATH, folder.path().join("spool.db"));
    assert!(command.status().unwrap().success());
}

fn deliver_on_full_disk(path: &Path) {
    let mut spool = Spool::open(path, Limits::default()).unwrap();
    let sqlite3 = Connection::open(path).unwrap();
    let rows = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM batches", (), |row| row.get(0)).unwrap()
    };
    // As long as somebody reads an older state, the log only grows.
    sqlite3.execute_batch("BEGIN").unwrap();
    assert_eq!(rows(&sqlite3), 0);
    let pushed = push_until_full(&mut spool, 0, 5_000);
    assert!(pushed > 10, "{pushed}");

    for number in 0..pushed {
        let batch = spool.oldest("a").unwrap().unwrap();
        assert_eq!(batch.payload[..8], number.to_le_bytes());
        spool.remove(&[batch.id]).unwrap();
        assert_eq!(spool.backlog("a").unwrap().batches, pushed - number - 1);
    }
    assert_eq!(spool.oldest("a").unwrap(), None);
    assert_eq!(spool.backlog("a").unwrap(), Backlog::default());
    assert!(spool.destinations().unwrap().is_empty());
    assert!(rows(&Connection::open(path).unwrap()) > 0, "it is only remembered");

    sqlite3.execute_batch("COMMIT").unwrap();
    assert!(push(&mut spool, pushed, 5_000).is_ok(), "the disk takes it again");
    assert_eq!(rows(&sqlite3), 1, "what was remembered is removed");
    assert_eq!(spool.oldest("a").unwrap().unwrap().payload[..8], pushed.to_le_bytes());
}

/// Pushes batches of so many bytes, numbered from `first` on. Returns the number that the disk did not take.
fn push_until_full(spool: &mut Spool, first: u64, bytes: usize) -> u64 {
    for number in first.. {
        match push(spool, number, bytes) {
            Ok(()) => {}
            Err(Error::Database(embedded_db::Error::Disk { .. })) => return number,
            Err(error) => panic!("{}", fault::chain(&error)),
        }
    }
    unreachable!("the disk is small")
}

fn push(spool: &mut Spool, number: u64, bytes: usize) -> Result<(), Error> {
    let mut payload = number.to_le_bytes().to_vec();
    payload.resize(8 + bytes, b'x');
    let at = Timestamp::UNIX_EPOCH;
    let entry = Entry { destination: "a", payload: &payload, records: 1, first: at, last: at };
    spool.push(&[entry], at).map(|pushed| assert!(pushed.dropped.is_empty()))
}
