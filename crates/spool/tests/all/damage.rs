//! A damaged or foreign file never stops a program, is never thrown away, and gives its readable content.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use spool::{Cause, DeadLetter, Spool};

use crate::{at, count, drain, folder, open, push};

const BATCHES: usize = 50;
const PAGE: usize = 4096;

fn payload(number: usize) -> Vec<u8> {
    let mut payload = format!("batch {number:02} ").into_bytes();
    payload.resize(1_000, b'x');
    payload
}

fn letter() -> DeadLetter {
    DeadLetter { destination: "a".into(), record: "{}".into(), reason: "no".into(), at: at(7) }
}

fn filled(path: &Path) -> Spool {
    let mut spool = open(path);
    (0..BATCHES).for_each(|number| assert_eq!(push(&mut spool, "a", &payload(number), 1), []));
    spool.bury(&[letter()]).unwrap();
    spool
}

/// The files set aside in the folder of `path`, logs included.
pub(crate) fn set_aside(path: &Path) -> Vec<PathBuf> {
    let prefix = format!("{}.corrupt-", path.file_name().unwrap().to_str().unwrap());
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with(&prefix)).collect()
}

/// The first byte of a table or an index.
pub(crate) fn root(path: &Path, name: &str) -> usize {
    let connection = Connection::open(path).unwrap();
    let select = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: u32 = connection.query_row(select, [name], |row| row.get(0)).unwrap();
    usize::try_from(page - 1).unwrap() * PAGE
}

/// Damages a filled spool and opens it. The damaged file must be kept as it was, and the spool must work. Returns the
/// recovered batches, which must be among the pushed ones.
fn salvaged(damage: impl Fn(&Path, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(filled(&path));
    let mut content = fs::read(&path).unwrap();
    damage(&path, &mut content);
    fs::write(&path, &content).unwrap();

    let mut spool = open(&path);
    let aside = set_aside(&path);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(fs::read(&aside[0]).unwrap(), content);
    push(&mut spool, "a", b"new", 2);
    drop(spool);
    let mut kept = drain(&mut open(&path), "a");
    assert_eq!(set_aside(&path).len(), 1, "the fresh file stays");
    assert_eq!(kept.pop().unwrap(), b"new", "what is new comes last");
    let mut pushed = (0..BATCHES).map(payload);
    assert!(kept.iter().all(|kept| pushed.any(|pushed| pushed == *kept)), "in order, and nothing invented");
    kept
}

#[test]
fn readable_batches_of_a_truncated_file_are_recovered() {
    assert_eq!(salvaged(|_, content| content.truncate(7)).len(), 0);
    assert_eq!(salvaged(|_, content| content.truncate(100)).len(), 0);
    let kept = salvaged(|_, content| content.truncate(content.len() - PAGE)).len();
    assert!(kept >= BATCHES - 8, "{kept}: a page holds a few batches");
    let kept = salvaged(|_, content| content.truncate(content.len() / 2)).len();
    assert!(kept >= BATCHES / 10, "{kept}: the front of the file holds some");
}

#[test]
fn one_bad_page_costs_only_its_own_batches() {
    let leaf = |path: &Path, content: &mut Vec<u8>| {
        let root = root(path, "batches");
        // The pages below the root are listed from its end.
        let at = usize::from(u16::from_be_bytes(content[root + 12..root + 14].try_into().unwrap()));
        let page = u32::from_be_bytes(content[root + at..root + at + 4].try_into().unwrap());
        let start = (usize::try_from(page).unwrap() - 1) * PAGE;
        content[start..start + PAGE].fill(0xff);
    };
    let kept = salvaged(leaf).len();
    assert!((BATCHES - 12..BATCHES).contains(&kept), "{kept}");
}

#[test]
fn a_file_with_a_bad_beginning_is_set_aside() {
    let kept = salvaged(|_, content| content[..16].iter_mut().for_each(|byte| *byte ^= 0xff));
    assert_eq!(kept.len(), 0, "it is no SQLite file then");
    let kept = salvaged(|_, content| content.chunks_mut(PAGE).skip(1).for_each(|page| page[0] ^= 0xff));
    assert_eq!(kept.len(), 0);
}

#[test]
fn a_bad_index_costs_nothing() {
    let kept = salvaged(|path, content| {
        let root = root(path, "batches_by_destination");
        content[root..root + 8].fill(0xee);
    });
    assert_eq!(kept.len(), BATCHES);
}

#[test]
fn dead_letters_and_counts_are_brought_over_too() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let mut spool = filled(&path);
    let limits = spool::Limits { age: Some(std::time::Duration::from_secs(1)), ..Default::default() };
    push(&mut spool, "old", b"old", 0);
    drop(spool);
    // All of `a` is older than `old`.
    let dropped = Spool::open(&path, limits).unwrap().expire(at(10)).unwrap();
    assert_eq!(dropped.iter().map(|dropped| dropped.batches).sum::<u64>(), 51);
    let root = root(&path, "batches_by_destination");
    let mut content = fs::read(&path).unwrap();
    content[root..root + 8].fill(0xee);
    fs::write(&path, content).unwrap();

    let spool = open(&path);
    assert_eq!(set_aside(&path).len(), 1);
    assert_eq!(spool.dead_letters().unwrap(), [letter()]);
    assert_eq!(spool.dropped().unwrap(), dropped);
}

#[test]
fn a_batch_whose_bytes_changed_is_left_out_and_counted() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(filled(&path));
    let mut content = fs::read(&path).unwrap();
    let start = content.windows(9).position(|bytes| bytes == b"batch 07 ").unwrap();
    content[start + 500] ^= 0x04;
    fs::write(&path, content).unwrap();

    let mut spool = open(&path);
    let kept = drain(&mut spool, "a");
    let pushed: Vec<_> = (0..BATCHES).filter(|number| *number != 7).map(payload).collect();
    assert_eq!(kept, pushed);
    assert!(set_aside(&path).is_empty(), "SQLite sees nothing of it");
    let dropped = spool.dropped().unwrap();
    assert_eq!(dropped.len(), 1);
    assert_eq!((dropped[0].cause, dropped[0].batches, dropped[0].bytes), (Cause::Damage, 1, 1_000));
    assert_eq!((dropped[0].first, dropped[0].last), (at(1), at(1)));
    assert!(spool.backlog("a").unwrap().is_empty());
}

#[test]
fn damage_that_is_met_while_delivering_does_not_stop_it() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let mut spool = filled(&path);
    // As after a log that was cut short: the index knows less than the table.
    for rows in ["WHERE id > 30", ""] {
        let index = format!("CREATE INDEX batches_by_destination ON batches (destination) {rows}");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "writable_schema", true).unwrap();
        let change = "UPDATE sqlite_schema SET sql = ?1 WHERE name = 'batches_by_destination'";
        connection.execute(change, [index]).unwrap();
        if !rows.is_empty() {
            Connection::open(&path).unwrap().execute_batch("REINDEX").unwrap();
        }
    }
    let kept = drain(&mut spool, "a");
    assert_eq!(kept.len(), BATCHES);
    assert_eq!(
        kept[BATCHES - 30..],
        (0..30).map(payload).collect::<Vec<_>>(),
        "what was not found comes later"
    );
    assert!(!set_aside(&path).is_empty());
    assert_eq!(spool.dropped().unwrap(), []);
}

#[test]
fn a_file_of_anything_else_is_set_aside() {
    assert_eq!(salvaged(|_, content| content.fill(0)).len(), 0);
    let notes = b"not a database, but somebody's notes\n";
    assert_eq!(salvaged(|_, content| *content = notes.repeat(300)).len(), 0);
    let noise = salvaged(|_, content| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        content.fill_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
    });
    assert_eq!(noise.len(), 0);
}

#[test]
fn a_database_of_another_program_is_set_aside() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE precious (x)").unwrap();

    push(&mut open(&path), "a", b"1", 1);
    let aside = set_aside(&path);
    Connection::open(&aside[0]).unwrap().execute_batch("SELECT x FROM precious").unwrap();
}

#[test]
fn an_empty_file_is_a_new_spool() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    fs::write(&path, "").unwrap();
    assert_eq!(count(&open(&path), "a"), 0);
    assert!(set_aside(&path).is_empty());
}

#[test]
fn a_log_without_its_file_is_kept() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    let mut spool = open(&path);
    push(&mut spool, "a", b"only in the log", 1);
    for left in ["", "S"] {
        let torn = folder.path().join(format!("torn{left}.db"));
        let log = |path: &Path| path.with_extension("db-wal");
        fs::write(&torn, left).unwrap();
        fs::copy(log(&path), log(&torn)).unwrap();

        assert_eq!(count(&open(&torn), "a"), 0);
        let kept = set_aside(&torn).into_iter().find(|file| file.to_str().unwrap().ends_with("-wal"));
        let content = fs::read(kept.unwrap()).unwrap();
        assert!(content.windows(15).any(|bytes| bytes == b"only in the log"));
    }
}

#[test]
fn a_file_that_was_set_aside_and_not_read_yet_is_read_by_the_next() {
    let folder = folder();
    let path = folder.path().join("spool.db");
    drop(filled(&path));
    fs::rename(&path, folder.path().join("spool.db.salvage")).unwrap();

    let mut spool = Spool::open_existing(&path, spool::Limits::default()).unwrap().unwrap();
    assert_eq!(drain(&mut spool, "a").len(), BATCHES);
    assert_eq!(set_aside(&path).len(), 1);
    drop(spool);
    assert_eq!(count(&open(&path), "a"), 0, "it is read once");
}
