//! How a batch and a dead letter look in their tables.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::{Batch, BatchId, DeadLetter};

/// RFC 3339 in UTC with six digits of a second, always as long, so that the text sorts like the time.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.6}")
}

pub(crate) fn batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch { id: BatchId(row.get(0)?), payload: row.get(1)?, spooled_at: timestamp(row, 2)? })
}

pub(crate) fn dead_letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        destination: row.get(0)?,
        record: row.get(1)?,
        reason: row.get(2)?,
        at: timestamp(row, 3)?,
    })
}

pub(crate) fn count(row: &Row<'_>) -> rusqlite::Result<u64> {
    row.get(0).map(i64::unsigned_abs)
}

fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: jiff::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}
