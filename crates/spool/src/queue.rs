//! Queries of the batches in a file: the next one, their number, and expired ones.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::push::drop_oldest;
use crate::removals::Sum;
use crate::rows::{self, Read};
use crate::space::{self, Pages};
use crate::tally::{self, Tally};
use crate::{Backlog, BatchId, Cause, file};

/// Number of batches that expire in one transaction, so that others get their turn.
const EXPIRE_AT_ONCE: usize = 1_000;

/// The batch for `destination` that comes first behind the row `behind`. `removed` are in the file and wait no longer.
pub(crate) fn next(
    connection: &Connection,
    file: i64,
    destination: &str,
    behind: i64,
    removed: Sum,
) -> rusqlite::Result<Option<Read>> {
    let next = connection
        .prepare_cached(&format!(
            "SELECT {} FROM batches WHERE destination = ?1 AND id > ?2 ORDER BY id LIMIT 1",
            rows::BATCH
        ))?
        .query_row((destination, behind), |row| rows::read(row, file, destination))
        .optional()?;
    if next.is_none() && sum(connection, destination)?.minus(removed).batches > 0 {
        // A log that was cut short can leave an index that is older than its table.
        return Err(file::damaged("batches are counted that are not found"));
    }
    Ok(next)
}

/// Backlog of `destination` behind the row `behind`.
pub(crate) fn backlog(
    connection: &Connection,
    destination: &str,
    behind: i64,
    removed: Sum,
) -> rusqlite::Result<Backlog> {
    let oldest = connection
        .prepare_cached(
            "SELECT spooled_at FROM batches WHERE destination = ?1 AND id > ?2 ORDER BY id LIMIT 1",
        )?
        .query_row((destination, behind), |row| Ok(rows::timestamp(row, 0).unwrap_or_default()))
        .optional()?;
    let sum = sum(connection, destination)?.minus(removed);
    // An existing batch counts, even if a damaged count is lower.
    let batches = sum.batches.max(oldest.is_some().into());
    Ok(Backlog { batches, records: sum.records, bytes: sum.bytes, oldest })
}

/// Every destination that a batch waits for. Each is one look into the index, however many batches wait.
pub(crate) fn destinations(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "WITH RECURSIVE found (name) AS (
                SELECT min(destination) FROM batches
                UNION ALL
                SELECT (SELECT min(destination) FROM batches WHERE destination > name) FROM found
                WHERE name IS NOT NULL
             ) SELECT name FROM found WHERE name IS NOT NULL",
        )?
        .query_map((), |row| row.get(0))?
        .collect()
}

/// Drops some of the batches that were pushed before `limit`; none if there are no more.
pub(crate) fn expire(connection: &Connection, limit: Timestamp) -> rusqlite::Result<Tally> {
    let limit = rows::time(limit);
    let before = Pages::of(connection)?;
    let mut tally = Tally::default();
    for _ in 0..EXPIRE_AT_ONCE {
        let is_due = |spooled_at: &str| spooled_at < limit.as_str();
        let Some(dropped) = drop_oldest(connection, Cause::Age, is_due)? else { break };
        tally.add(dropped);
    }
    tally.keep(connection)?;
    space::give_back(connection, before)?;
    Ok(tally)
}

/// Removes a damaged batch and counts it, if it is in the file named `file`.
pub(crate) fn discard(connection: &Connection, file: i64, id: BatchId) -> rusqlite::Result<()> {
    let dropped = connection
        .prepare_cached(&format!("SELECT {} FROM batches WHERE id = ?1", tally::DROPPED))?
        .query_row([id.row], |row| tally::dropped(row, 0, Cause::Damage))
        .optional()?;
    let Some(dropped) = dropped.filter(|_| id.file == file) else { return Ok(()) };
    connection.prepare_cached("DELETE FROM batches WHERE id = ?1")?.execute([id.row])?;
    tracing::error!(
        destination = dropped.destination,
        records = dropped.records,
        bytes = dropped.bytes,
        first = %dropped.first,
        last = %dropped.last,
        "a batch in the spool is damaged and is left out"
    );
    let mut tally = Tally::default();
    tally.add(dropped);
    tally.keep(connection)
}

fn sum(connection: &Connection, destination: &str) -> rusqlite::Result<Sum> {
    let sum = connection
        .prepare_cached("SELECT batches, records, bytes FROM waiting WHERE destination = ?1")?
        .query_row([destination], |row| {
            Ok(Sum {
                batches: rows::count(row, 0)?,
                records: rows::count(row, 1)?,
                bytes: rows::count(row, 2)?,
            })
        });
    Ok(sum.optional()?.unwrap_or_default())
}
