//! Rows of batches and dead letters in their tables.

use jiff::Timestamp;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, Row, Statement, params};

use crate::checksum::Content;
use crate::{BatchId, DeadLetter, Entry, SpooledBatch};

/// The columns that [`read`] reads, in its order.
pub(crate) const BATCH: &str = "id, spooled_at, records, first_at, last_at, checksum, payload";

/// The columns that [`dead_letter`] reads, in its order.
pub(crate) const DEAD_LETTER: &str = "destination, record, reason, buried_at";

/// Placeholder for a checksum of batches inserted by hand or by version 1.
const UNCHECKED: &[u8] = b"none";

/// More records than any batch has.
const MOST_RECORDS: u64 = 1 << 32;

/// A batch as it was read.
#[derive(Debug)]
pub(crate) enum Read {
    Whole(SpooledBatch),
    /// It has changed since its push.
    Damaged(BatchId),
}

impl Read {
    pub(crate) fn id(&self) -> BatchId {
        match self {
            Self::Whole(batch) => batch.id,
            Self::Damaged(id) => *id,
        }
    }
}

/// RFC 3339 in UTC with six digits of a second, always as long, so that the text sorts like the time.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// Inserts an entry by the statement of [`INSERT`].
pub(crate) fn insert(
    statement: &mut Statement<'_>,
    entry: &Entry<'_>,
    spooled_at: &str,
) -> rusqlite::Result<()> {
    let (first, last) = (time(entry.first), time(entry.last));
    let content = Content {
        destination: entry.destination,
        spooled_at,
        // The sums of counts must stay within the integers of SQLite.
        records: signed(entry.records.min(MOST_RECORDS)),
        first_at: &first,
        last_at: &last,
        payload: entry.payload,
    };
    statement.execute(params![
        content.destination,
        content.spooled_at,
        content.records,
        content.first_at,
        content.last_at,
        content.checksum(),
        content.payload,
    ])?;
    Ok(())
}

pub(crate) const INSERT: &str = "
    INSERT INTO batches (destination, spooled_at, records, first_at, last_at, checksum, payload)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Reads a batch for `destination` from the columns of [`BATCH`].
///
/// Only damage to the structure of the file is an error; a row that makes no sense is [`Read::Damaged`].
pub(crate) fn read(row: &Row<'_>, file: i64, destination: &str) -> rusqlite::Result<Read> {
    let id = BatchId { file, row: row.get(0)? };
    Ok(whole(row, id, destination).map_or(Read::Damaged(id), Read::Whole))
}

fn whole(row: &Row<'_>, id: BatchId, destination: &str) -> Option<SpooledBatch> {
    let text = |column| row.get_ref(column).ok()?.as_str().ok();
    let spooled_at = text(1)?;
    let records = row.get_ref(2).ok()?.as_i64().ok()?;
    let payload = row.get_ref(6).ok()?.as_blob().ok()?;
    let (first_at, last_at) = match row.get_ref(5).ok()? {
        ValueRef::Text(UNCHECKED) => (text(3).unwrap_or(spooled_at), text(4).unwrap_or(spooled_at)),
        ValueRef::Integer(checksum) => {
            let (first_at, last_at) = (text(3)?, text(4)?);
            let content = Content { destination, spooled_at, records, first_at, last_at, payload };
            (content.checksum() == checksum).then_some((first_at, last_at))?
        }
        _ => return None,
    };
    Some(SpooledBatch {
        id,
        payload: payload.to_vec(),
        records: unsigned(records),
        first: first_at.parse().ok()?,
        last: last_at.parse().ok()?,
        spooled_at: spooled_at.parse().ok()?,
    })
}

/// Keeps a dead letter.
pub(crate) fn bury(connection: &Connection, letter: &DeadLetter) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO dead_letters (destination, record, reason, buried_at) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![letter.destination, letter.record, letter.reason, time(letter.at)])?;
    Ok(())
}

/// Reads a dead letter. The columns of [`DEAD_LETTER`] begin at `start`.
pub(crate) fn dead_letter(row: &Row<'_>, start: usize) -> rusqlite::Result<DeadLetter> {
    Ok(DeadLetter {
        destination: row.get(start)?,
        record: row.get(start + 1)?,
        reason: row.get(start + 2)?,
        at: timestamp(row, start + 3)?,
    })
}

pub(crate) fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error: jiff::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// A count as SQLite holds it, whose integers have a sign.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count that SQLite held. One that is below zero was damaged.
pub(crate) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

pub(crate) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(unsigned)
}

pub(crate) fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
