//! A damaged or foreign file never stops a program, and is never thrown away.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use spool::Spool;

const BATCHES: u64 = 50;

fn filled(path: &Path) {
    let mut spool = Spool::open(path).unwrap();
    for _ in 0..BATCHES {
        spool.push("a", &[b'x'; 1000], Timestamp::UNIX_EPOCH).unwrap();
    }
}

/// The files set aside in the folder of `path`, logs included.
fn set_aside(path: &Path) -> Vec<PathBuf> {
    let prefix = format!("{}.corrupt-", path.file_name().unwrap().to_str().unwrap());
    let files = fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with(&prefix)).collect()
}

/// Damages a filled spool and opens it: it must be fresh, and what was there must be kept as it was.
fn assert_set_aside(damage: impl Fn(&mut Vec<u8>)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    filled(&path);
    let mut content = fs::read(&path).unwrap();
    damage(&mut content);
    fs::write(&path, &content).unwrap();

    let mut spool = Spool::open(&path).unwrap();
    assert_eq!(spool.count("a").unwrap(), 0);
    spool.push("a", b"new", Timestamp::UNIX_EPOCH).unwrap();
    drop(spool);
    assert_eq!(Spool::open(&path).unwrap().count("a").unwrap(), 1, "the fresh file stays");
    let aside = set_aside(&path);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(fs::read(&aside[0]).unwrap(), content);
}

#[test]
fn a_file_cut_short_is_set_aside() {
    assert_set_aside(|content| content.truncate(content.len() / 2));
    assert_set_aside(|content| content.truncate(content.len() - 4096));
    assert_set_aside(|content| content.truncate(100));
    assert_set_aside(|content| content.truncate(7));
}

#[test]
fn a_file_with_flipped_bytes_is_set_aside() {
    assert_set_aside(|content| content[..16].iter_mut().for_each(|byte| *byte ^= 0xff));
    assert_set_aside(|content| content.chunks_mut(4096).skip(1).for_each(|page| page[0] ^= 0xff));
    assert_set_aside(|content| {
        content[4096 * 5..4096 * 6].iter_mut().for_each(|byte| *byte ^= 0xff);
    });
}

#[test]
fn a_file_of_anything_else_is_set_aside() {
    assert_set_aside(|content| content.fill(0));
    assert_set_aside(|content| *content = b"not a database, but somebody's notes\n".repeat(300));
    assert_set_aside(|content| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        content.fill_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
    });
}

#[test]
fn a_database_of_another_program_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE precious (x)").unwrap();

    Spool::open(&path).unwrap().push("a", b"1", Timestamp::UNIX_EPOCH).unwrap();
    let aside = set_aside(&path);
    let precious = rusqlite::Connection::open(&aside[0]).unwrap();
    precious.execute_batch("SELECT x FROM precious").unwrap();
}

#[test]
fn a_spool_of_a_later_version_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    filled(&path);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();

    assert_eq!(Spool::open(&path).unwrap().count("a").unwrap(), 0);
    assert_eq!(set_aside(&path).len(), 1);
}

#[test]
fn an_empty_file_is_a_new_spool() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    fs::write(&path, "").unwrap();
    assert_eq!(Spool::open(&path).unwrap().count("a").unwrap(), 0);
    assert!(set_aside(&path).is_empty());
}

#[test]
fn a_log_whose_file_was_emptied_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    let torn = folder.path().join("torn.db");
    let mut spool = Spool::open(&path).unwrap();
    spool.push("a", b"only in the log", Timestamp::UNIX_EPOCH).unwrap();
    fs::write(&torn, "").unwrap();
    fs::copy(folder.path().join("spool.db-wal"), folder.path().join("torn.db-wal")).unwrap();

    assert_eq!(Spool::open(&torn).unwrap().count("a").unwrap(), 0);
    let kept = set_aside(&torn).into_iter().find(|file| file.to_str().unwrap().ends_with("-wal")).unwrap();
    let content = fs::read(kept).unwrap();
    assert!(content.windows(15).any(|bytes| bytes == b"only in the log"));
}

#[test]
fn programs_that_find_one_damaged_file_set_it_aside_once() {
    const PROGRAMS: u64 = 6;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    fs::write(&path, "damaged ".repeat(1000)).unwrap();
    let start = std::sync::Barrier::new(PROGRAMS.try_into().unwrap());
    std::thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| {
                start.wait();
                let mut spool = Spool::open(&path).unwrap();
                spool.push("a", b"1", Timestamp::UNIX_EPOCH).unwrap();
            });
        }
    });
    assert_eq!(set_aside(&path).len(), 1);
    assert_eq!(Spool::open(&path).unwrap().count("a").unwrap(), PROGRAMS);
}
