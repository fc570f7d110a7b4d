//! Limits of a spool, and the treatment of batches beyond them.

use std::time::Duration;

use jiff::Timestamp;

/// One gibibyte.
const GIB: u64 = 1 << 30;

/// Limits of a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The bytes that the file may use: batches and dead letters with all that SQLite adds to them, in whole pages.
    ///
    /// Files beside it come on top: the write-ahead log, with a mebibyte or the largest push, whichever is more, and
    /// the reserve for a full disk, with one and a quarter.
    pub bytes: u64,
    /// Longest time that a batch may wait after its push. `None`: for ever.
    pub age: Option<Duration>,
    /// Treatment of a batch without room.
    pub when_full: WhenFull,
}

/// Treatment of a batch without room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// The batches that have waited longest make room, whomever they wait for.
    #[default]
    DropOldest,
    /// The new batch is not taken.
    DropNewest,
    /// The push fails with [`Error::Full`](crate::Error::Full), and the caller keeps the batch.
    Block,
}

/// Batches that were dropped, or dead letters: their numbers, and the time range of the records in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Destination.
    pub destination: String,
    /// Cause of the drop.
    pub cause: Cause,
    /// Number of batches, or of dead letters.
    pub batches: u64,
    /// Number of records in them.
    pub records: u64,
    /// Size of their payloads, in bytes.
    pub bytes: u64,
    /// The time of the first record in them, to the microsecond.
    pub first: Timestamp,
    /// The time of the last record in them, to the microsecond.
    pub last: Timestamp,
}

/// Cause of a drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// There was no room: [`Limits::bytes`].
    Bytes,
    /// It had waited too long: [`Limits::age`].
    Age,
    /// Its bytes are no longer those that were pushed.
    Damage,
    /// A dead letter made room for newer ones.
    DeadLetters,
}

impl Limits {
    /// Largest number of dead letters.
    pub const DEAD_LETTERS: u64 = 10_000;

    /// Largest size of the records and reasons of all dead letters, in bytes: an eighth of [`Limits::bytes`],
    /// and no more than 16 MiB.
    pub fn dead_letter_bytes(&self) -> u64 {
        (self.bytes / 8).min(GIB / 64)
    }
}

impl Default for Limits {
    /// One gibibyte, any age, and the oldest batches make room.
    fn default() -> Self {
        Self { bytes: GIB, age: None, when_full: WhenFull::default() }
    }
}

impl Cause {
    /// The name that stands in the file, and suits a log or a metric.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Age => "age",
            Self::Damage => "damage",
            Self::DeadLetters => "dead_letters",
        }
    }

    /// Parses the name in the file. An unknown name is damage.
    pub(crate) fn named(name: &str) -> Self {
        let all = [Self::Bytes, Self::Age, Self::DeadLetters];
        all.into_iter().find(|cause| cause.name() == name).unwrap_or(Self::Damage)
    }
}
