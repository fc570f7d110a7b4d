//! Batches to push, spooled batches, and dead letters.

use jiff::Timestamp;

use crate::Dropped;

/// A batch to push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Destination.
    pub destination: &'a str,
    /// The bytes to deliver.
    pub payload: &'a [u8],
    /// Number of records in them.
    pub records: u64,
    /// The time of the first of these records.
    pub first: Timestamp,
    /// The time of the last of them.
    pub last: Timestamp,
}

/// Result of a push.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "dropped batches must be reported"]
pub struct Pushed {
    /// Records dropped to make room, or not accepted, by destination. Usually empty.
    pub dropped: Vec<Dropped>,
}

/// Names one batch. No other batch gets the same name, not even in a file that takes the place of a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    pub(crate) file: i64,
    pub(crate) row: i64,
}

/// A spooled batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpooledBatch {
    /// Id for [`Spool::remove`](crate::Spool::remove).
    pub id: BatchId,
    /// The bytes as they were pushed.
    pub payload: Vec<u8>,
    /// Number of records in them.
    pub records: u64,
    /// The time of the first of these records, to the microsecond.
    pub first: Timestamp,
    /// The time of the last of them, to the microsecond.
    pub last: Timestamp,
    /// Time of the push, to the microsecond.
    pub spooled_at: Timestamp,
}

/// Backlog of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Number of batches.
    pub batches: u64,
    /// Number of records in them.
    pub records: u64,
    /// Size of their payloads, in bytes.
    pub bytes: u64,
    /// Time at which the next batch was pushed; `None` if nothing waits.
    pub oldest: Option<Timestamp>,
}

/// A record that a destination rejected for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Destination that rejected it.
    pub destination: String,
    /// The rejected record as readable text, such as JSON.
    pub record: String,
    /// Reason, in the words of the destination.
    pub reason: String,
    /// Time of the rejection, to the microsecond.
    pub at: Timestamp,
}

impl Backlog {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.batches == 0
    }
}
