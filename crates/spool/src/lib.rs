//! A durable queue for what a store cannot take now, and a grave for what it will never take.
//!
//! One SQLite file per program holds **batches**, which wait until their destination takes them, oldest first, and
//! **dead letters**, which no repeat will deliver and a person should see. A batch or letter is on the disk when
//! [`Spool::push`] or [`Spool::bury`] returns.
//!
//! This crate does not know records or sinks: a destination is a name, a batch is bytes.

mod error;
mod file;
mod lock;
mod rows;

use std::path::{Path, PathBuf};

pub use error::Error;
use jiff::Timestamp;
pub use lock::Guard;
use rusqlite::{Connection, OptionalExtension, params};

/// An open spool.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    connection: Connection,
}

/// Names one batch in its file. No later batch gets the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchId(i64);

/// What waits for its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What [`Spool::remove`] asks for.
    pub id: BatchId,
    /// The bytes as they were pushed.
    pub payload: Vec<u8>,
    /// When it was pushed, to the microsecond.
    pub spooled_at: Timestamp,
}

/// What a destination refused for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Who refused it.
    pub destination: String,
    /// What was refused, as text a person can read, such as JSON.
    pub record: String,
    /// Why, in the words of the destination.
    pub reason: String,
    /// When it was refused, to the microsecond.
    pub at: Timestamp,
}

impl Spool {
    /// Opens the spool at `path`, or creates it with the folders above it.
    ///
    /// A file that is damaged, or is not a spool, never stops a program: it is renamed to
    /// `<name>.corrupt-<UTC time>`, an error is logged, and a fresh file takes its place. To find damage the whole
    /// file is read, which for a spool is little: what is delivered is removed.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = file::open(path)?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Opens the spool at `path` as [`Spool::open`] does, or creates nothing and returns `None` if there is no file.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, Error> {
        if file::exists(path)? { Self::open(path).map(Some) } else { Ok(None) }
    }

    /// Takes the right to deliver from the spool at `path`, or returns `None` while another program has it.
    ///
    /// Two programs that deliver at once would mix the order of batches. Pushing needs no such right. The lock is
    /// the file `<path>.lock`; the system frees it when the guard is dropped or the program ends in any way.
    pub fn try_lock(path: &Path) -> Result<Option<Guard>, Error> {
        lock::try_lock(path)
    }

    /// Adds a batch behind all others for `destination`. It is durable when this returns.
    pub fn push(&mut self, destination: &str, payload: &[u8], now: Timestamp) -> Result<(), Error> {
        self.run(|connection| {
            connection
                .prepare_cached("INSERT INTO batches (destination, payload, spooled_at) VALUES (?1, ?2, ?3)")?
                .execute(params![destination, payload, rows::time(now)])?;
            Ok(())
        })
    }

    /// The batch that has waited longest for `destination`.
    pub fn oldest(&self, destination: &str) -> Result<Option<Batch>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, payload, spooled_at FROM batches WHERE destination = ?1 ORDER BY id LIMIT 1",
                )?
                .query_row([destination], rows::batch)
                .optional()
        })
    }

    /// Removes a batch its destination has taken. Removing it twice is no error.
    pub fn remove(&mut self, id: BatchId) -> Result<(), Error> {
        self.run(|connection| {
            connection.prepare_cached("DELETE FROM batches WHERE id = ?1")?.execute([id.0])?;
            Ok(())
        })
    }

    /// How many batches wait for `destination`.
    pub fn count(&self, destination: &str) -> Result<u64, Error> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT count(*) FROM batches WHERE destination = ?1")?
                .query_row([destination], rows::count)
        })
    }

    /// Every destination that a batch waits for, by name.
    pub fn destinations(&self) -> Result<Vec<String>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached("SELECT DISTINCT destination FROM batches ORDER BY destination")?
                .query_map((), |row| row.get(0))?
                .collect()
        })
    }

    /// Keeps letters for a person to look at, all or none. They are durable when this returns.
    pub fn bury(&mut self, letters: &[DeadLetter]) -> Result<(), Error> {
        self.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for letter in letters {
                transaction
                    .prepare_cached(
                        "INSERT INTO dead_letters (destination, record, reason, buried_at) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![letter.destination, letter.record, letter.reason, rows::time(letter.at)])?;
            }
            transaction.commit()
        })
    }

    /// Every dead letter, oldest first.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT destination, record, reason, buried_at FROM dead_letters ORDER BY id",
                )?
                .query_map((), rows::dead_letter)?
                .collect()
        })
    }

    /// How many dead letters there are.
    pub fn dead_letter_count(&self) -> Result<u64, Error> {
        self.run(|connection| {
            connection.prepare_cached("SELECT count(*) FROM dead_letters")?.query_row((), rows::count)
        })
    }

    fn run<T>(&self, statement: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        statement(&self.connection).map_err(|error| embedded_db::Error::from_sqlite(&self.path, error).into())
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use super::*;

    fn limit_pages(spool: &Spool, pages: i64) {
        spool
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .expect("SQLite takes the limit");
    }

    #[test]
    fn a_full_disk_refuses_the_push_and_keeps_what_was_pushed() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(&folder.path().join("s.db")).unwrap();
        spool.push("a", b"first", Timestamp::UNIX_EPOCH).unwrap();
        limit_pages(&spool, 1);
        let error = spool.push("a", &vec![0; 50_000], Timestamp::UNIX_EPOCH).unwrap_err();
        assert!(matches!(error, Error::Database(embedded_db::Error::Disk { .. })), "{error:?}");
        assert_eq!(spool.oldest("a").unwrap().unwrap().payload, b"first");

        limit_pages(&spool, 1_000_000);
        spool.push("a", b"second", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(spool.count("a").unwrap(), 2);
    }
}
