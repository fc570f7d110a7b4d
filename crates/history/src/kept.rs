//! What programs keep between runs.

use jiff::Timestamp;
use serde::Serialize;

/// A value that a program keeps between runs, as `state` wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The program that keeps it.
    pub program: String,
    /// The key it is kept under.
    pub key: String,
    /// The value.
    pub value: String,
    /// When it was written last.
    pub updated_at: Timestamp,
}
