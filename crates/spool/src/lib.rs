//! A durable queue of batches that a store cannot take now, and the dead letters: records that it will never take.
//!
//! One SQLite file per program holds **batches**, which wait until their destination takes them, oldest first, and
//! **dead letters**, which no repeat will deliver and a person should see. They are on the disk when [`Spool::push`] or
//! [`Spool::bury`] returns. Batches beyond the [`Limits`] are dropped by a stated rule and counted.
//!
//! This crate does not know records or sinks: a destination is a name, a batch is bytes.

mod aside;
mod attempt;
mod batch;
mod checksum;
mod error;
mod file;
mod letters;
mod limits;
mod lock;
mod push;
mod queue;
mod removals;
mod reserve;
mod rows;
mod salvage;
mod schema;
mod space;
mod tally;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use batch::{Backlog, BatchId, DeadLetter, Entry, Pushed, SpooledBatch};
pub use error::Error;
use file::SpoolFile;
use jiff::Timestamp;
pub use limits::{Cause, Dropped, Limits, WhenFull};
pub use lock::Guard;
use push::Outcome;
use removals::Removals;
use rows::Read;
use tally::Tally;

/// An open spool.
///
/// Damage that is found while it is in use is dealt with as it is by [`Spool::open`]; the call goes on with the fresh
/// file.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    limits: Limits,
    file: SpoolFile,
    removals: Removals,
    has_reserve: bool,
}

impl Spool {
    /// Opens the spool at `path`, or creates it with the folders above it.
    ///
    /// A damaged file never stops a program: it is renamed to `<name>.corrupt-<UTC time>`, an error is logged, and its
    /// readable content is brought over into a fresh file. A file that is no spool is only renamed.
    ///
    /// A disk that is full, or that may only be read, is an error: [`embedded_db::Error::Disk`],
    /// [`embedded_db::Error::NotWritable`].
    pub fn open(path: &Path, limits: Limits) -> Result<Self, Error> {
        let mut opened = file::open(path);
        if opened.as_ref().is_err_and(Error::is_disk) && reserve::give_up(path) {
            opened = file::open(path);
        }
        let (path, file) = (path.to_owned(), opened?);
        let has_reserve = reserve::keep(&path);
        Ok(Self { path, limits, file, removals: Removals::default(), has_reserve })
    }

    /// Opens the spool at `path` as [`Spool::open`] does, or creates nothing and returns `None` if there is no file.
    pub fn open_existing(path: &Path, limits: Limits) -> Result<Option<Self>, Error> {
        if file::exists(path)? { Self::open(path, limits).map(Some) } else { Ok(None) }
    }

    /// Takes the right to deliver from the spool at `path`, or returns `None` while another program has it.
    ///
    /// Two programs that deliver at once would mix the order of batches. Pushing needs no such right. The lock is
    /// the file `<path>.lock`; the system frees it when the guard is dropped or the program ends in any way.
    pub fn try_lock(path: &Path) -> Result<Option<Guard>, Error> {
        lock::try_lock(path)
    }

    /// Adds batches behind all others, all or none. They are durable when this returns: one sync for all of them.
    ///
    /// The age of the batches is measured from `now`. An entry that takes more than three quarters of
    /// [`Limits::bytes`] never fits, and is dropped and counted with any [`Limits::when_full`].
    pub fn push(&mut self, entries: &[Entry<'_>], now: Timestamp) -> Result<Pushed, Error> {
        if entries.is_empty() {
            return Ok(Pushed::default());
        }
        self.settle()?;
        let limits = self.limits;
        match self.write(|file, connection| push::push(connection, entries, now, &limits, file.page_size))? {
            Outcome::Taken(tally) => Ok(Pushed { dropped: tally.into_dropped() }),
            Outcome::Full => Err(Error::Full { path: self.path.clone() }),
        }
    }

    /// The batch that has waited longest for `destination`.
    ///
    /// A batch that has changed since its push is removed, logged and counted as [`Cause::Damage`], and the
    /// next one is returned.
    pub fn oldest(&mut self, destination: &str) -> Result<Option<SpooledBatch>, Error> {
        // Each pass leaves one batch behind, so this ends.
        while let Some(read) = self.next(destination)? {
            if self.removals.pass(destination, read.id()) {
                continue;
            }
            match read {
                Read::Whole(batch) => return Ok(Some(batch)),
                Read::Damaged(id) => self.discard(id)?,
            }
        }
        self.renew_reserve();
        Ok(None)
    }

    /// Removes batches their destination has taken. Removing one twice is no error.
    ///
    /// On a full disk the reserve is given up for it, the file `<path>.reserve`. If even that makes too little room, the
    /// removal is remembered and done as soon as the disk takes it: by this value, at the next call that writes. If the
    /// program ends before that, the batches are delivered once more.
    pub fn remove(&mut self, ids: &[BatchId]) -> Result<(), Error> {
        let removed = self
            .settle()
            .and_then(|()| self.write(|file, connection| removals::remove(connection, file.name, ids)));
        match removed {
            Err(error) if error.is_disk() => self.remove_on_full_disk(ids, error),
            removed => removed,
        }
    }

    /// The backlog of `destination`. Reading it takes as long for a million batches as for one.
    pub fn backlog(&self, destination: &str) -> Result<Backlog, Error> {
        let (behind, removed) = (self.removals.passed(destination), self.removals.sum(destination));
        self.read(|connection| queue::backlog(connection, destination, behind, removed))
    }

    /// Every destination that a batch waits for, by name.
    pub fn destinations(&self) -> Result<Vec<String>, Error> {
        let mut destinations = Vec::new();
        for destination in self.read(queue::destinations)? {
            if !self.backlog(&destination)?.is_empty() {
                destinations.push(destination);
            }
        }
        Ok(destinations)
    }

    /// Drops the batches that have waited longer than [`Limits::age`], and returns them.
    ///
    /// They are looked for from the oldest on, so one that seems to come from the future, since a clock was wrong, keeps
    /// those behind it until it is delivered.
    pub fn expire(&mut self, now: Timestamp) -> Result<Vec<Dropped>, Error> {
        let mut tally = Tally::default();
        let limit = self.limits.age.and_then(|age| now.checked_sub(age).ok());
        let Some(limit) = limit else { return Ok(Vec::new()) };
        self.settle()?;
        loop {
            let some = self.write(|_, connection| queue::expire(connection, limit))?;
            if some.is_empty() {
                return Ok(tally.into_dropped());
            }
            tally.merge(some);
        }
    }

    /// Everything that was dropped since the file was made, by destination and cause.
    pub fn dropped(&self) -> Result<Vec<Dropped>, Error> {
        self.read(tally::kept)
    }

    /// Keeps letters for a person to look at, all or none. They are durable when this returns.
    ///
    /// The oldest go where there are more than [`Limits::DEAD_LETTERS`] or [`Limits::dead_letter_bytes`], and are counted
    /// as [`Cause::DeadLetters`].
    pub fn bury(&mut self, letters: &[DeadLetter]) -> Result<(), Error> {
        let limits = self.limits;
        self.write(|_, connection| letters::bury(connection, letters, &limits))
    }

    /// Every dead letter, oldest first.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        self.read(letters::all)
    }

    /// Puts other letters in the place of one, all or nothing. Without others it is removed.
    ///
    /// A letter that is gone already is no error.
    pub fn replace_letter(&mut self, letter: &DeadLetter, others: &[DeadLetter]) -> Result<(), Error> {
        let limits = self.limits;
        self.write(|_, connection| {
            letters::remove(connection, letter)?;
            letters::bury(connection, others, &limits)
        })
    }

    /// Number of dead letters.
    pub fn dead_letter_count(&self) -> Result<u64, Error> {
        self.read(letters::count)
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
