//! What is pushed, what waits, and what was refused for good.

use jiff::Timestamp;

use crate::Dropped;

/// What is to wait for its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Who is to take it.
    pub destination: &'a str,
    /// The bytes to deliver.
    pub payload: &'a [u8],
    /// How many records are in them.
    pub records: u64,
    /// The time of the first of these records.
    pub first: Timestamp,
    /// The time of the last of them.
    pub last: Timestamp,
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "what was dropped is to be told"]
pub struct Pushed {
    /// What had to go to make room, or was not taken, for each destination. Nothing, as a rule.
    pub dropped: Vec<Dropped>,
}

/// Names one batch. No other batch gets the same name, not even in a file that takes the place of a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    pub(crate) file: i64,
    pub(crate) row: i64,
}

/// What waits for its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// What [`Spool::remove`](crate::Spool::remove) asks for.
    pub id: BatchId,
    /// The bytes as they were pushed.
    pub payload: Vec<u8>,
    /// How many records are in them.
    pub records: u64,
    /// The time of the first of these records, to the microsecond.
    pub first: Timestamp,
    /// The time of the last of them, to the microsecond.
    pub last: Timestamp,
    /// When it was pushed, to the microsecond.
    pub spooled_at: Timestamp,
}

/// How much waits for a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// How many batches.
    pub batches: u64,
    /// How many records are in them.
    pub records: u64,
    /// How many bytes their payloads have.
    pub bytes: u64,
    /// When the batch that comes next was pushed; `None` if nothing waits.
    pub oldest: Option<Timestamp>,
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

impl Backlog {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.batches == 0
    }
}
