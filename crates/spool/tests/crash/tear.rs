//! Files that lost their end, or are gone: batches in the rest arrive, or are kept for a person to look at.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::chance::{Chance, rounds};
use crate::folder;
use crate::kill::kill;
use crate::oracle::{Held, Oracle, drain};
use crate::program::{self, Event, Script};

/// A spool whose program was killed, and its expected content.
pub(crate) struct Killed {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
    pub(crate) oracle: Oracle,
    /// Must be there, and is in the file itself, not in its log.
    pub(crate) settled: Oracle,
}

impl Killed {
    /// A program that ended in peace, and one that was killed.
    pub(crate) fn new(chance: &mut Chance) -> Self {
        let folder = folder();
        let path = folder.path().join("spool.db");
        let mut oracle = Oracle::default();
        let script = Script { path: &path, seed: chance.number(), first: 0, steps: 40, delivers: true };
        let mut child = program::start(&script);
        program::events(&mut child).for_each(|event| oracle.follow(event));
        assert!(child.wait().unwrap().success());

        let mut settled = oracle.clone();
        let script = Script { seed: chance.number(), first: oracle.next, steps: 1_000, ..script };
        let mut child = program::start(&script);
        kill(&mut child, chance, &mut |event| {
            oracle.follow(event);
            if let Event::Offered(number) = event {
                settled.certain.remove(&number);
            }
        });
        Self { _folder: folder, path: path.clone(), oracle, settled }
    }

    pub(crate) fn log(&self) -> PathBuf {
        beside(&self.path, "-wal")
    }

    /// Whether a file was set aside.
    pub(crate) fn set_aside(&self) -> bool {
        let files = fs::read_dir(self.path.parent().unwrap()).unwrap();
        files.into_iter().any(|file| file.unwrap().file_name().to_str().unwrap().contains(".corrupt-"))
    }

    /// Checks that all batches in the spool were pushed once, and that batches missing without damage were counted, or
    /// are in a renamed file.
    pub(crate) fn check(&self, must: &Oracle) -> Held {
        let held = drain(&self.path);
        assert!(held.numbers.iter().all(|number| *number < self.oracle.next), "invented: {:?}", held.numbers);
        let missing = must.certain.iter().filter(|number| !held.numbers.contains(number)).count();
        let missing = u64::try_from(missing).unwrap();
        assert!(missing <= held.dropped || self.set_aside(), "{missing} lost, {} counted", held.dropped);
        held
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// A program that was killed while it opened or closed the spool may not have left this file.
fn remove(path: &Path) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
}

fn cut(path: &Path, chance: &mut Chance, unit: u64) {
    let Ok(file) = File::options().write(true).open(path) else { return };
    let length = file.metadata().unwrap().len();
    // SQLite takes one byte for none, and nothing tells a file without any from one that was never written.
    let to = (chance.below(length / unit + 1) * unit).max(2);
    file.set_len(to).unwrap();
}

#[test]
fn a_lost_index_of_the_log_loses_nothing() {
    rounds(5, |chance| {
        let mut killed = Killed::new(chance);
        remove(&beside(&killed.path, "-shm"));
        killed.oracle.check(&killed.path.clone());
        assert!(!killed.set_aside());
    });
}

#[test]
fn bytes_after_the_last_commit_of_the_log_are_ignored() {
    rounds(5, |chance| {
        let mut killed = Killed::new(chance);
        let mut log = fs::read(killed.log()).unwrap_or_default();
        log.extend((0..chance.index(10_000)).map(|_| chance.number().to_le_bytes()[0]));
        fs::write(killed.log(), log).unwrap();
        killed.oracle.check(&killed.path.clone());
        assert!(!killed.set_aside());
    });
}

#[test]
fn a_truncated_log_loses_only_its_own_batches() {
    rounds(12, |chance| {
        let killed = Killed::new(chance);
        cut(&killed.log(), chance, 1);
        killed.check(&killed.settled);
    });
}

#[test]
fn a_lost_log_loses_only_its_own_batches() {
    rounds(5, |chance| {
        let killed = Killed::new(chance);
        remove(&killed.log());
        killed.check(&killed.settled);
    });
}

#[test]
fn a_file_cut_short_is_set_aside_and_read() {
    rounds(12, |chance| {
        let killed = Killed::new(chance);
        let unit = if chance.below(2) == 0 { 1 } else { 4096 };
        cut(&killed.path, chance, unit);
        killed.check(&killed.oracle);
    });
}
