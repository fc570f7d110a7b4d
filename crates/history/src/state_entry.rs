//! State that programs keep between runs.

use jiff::Timestamp;
use serde::Serialize;

/// A value that a program keeps between runs, as written by the crate `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateEntry {
    /// Program that wrote it.
    pub program: String,
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
    /// Time of the last write.
    pub updated_at: Timestamp,
}
