//! Counts of dropped batches: for the caller that reports them, and in the file for later.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use crate::{Cause, Dropped, rows};

/// Records dropped together, by destination and cause.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    sums: BTreeMap<(String, Cause), Dropped>,
}

/// The columns that [`dropped`] reads, in its order.
pub(crate) const DROPPED: &str = "destination, records, bytes, first_at, last_at, spooled_at";

impl Tally {
    pub(crate) fn add(&mut self, dropped: Dropped) {
        let key = (dropped.destination.clone(), dropped.cause);
        self.sums.entry(key).and_modify(|sum| join(sum, &dropped)).or_insert(dropped);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        other.into_dropped().into_iter().for_each(|dropped| self.add(dropped));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Adds the dropped batches to the counts in the file.
    pub(crate) fn keep(&self, connection: &Connection) -> rusqlite::Result<()> {
        self.sums.values().try_for_each(|dropped| keep(connection, dropped))
    }

    pub(crate) fn into_dropped(self) -> Vec<Dropped> {
        self.sums.into_values().collect()
    }
}

/// Records dropped with the batch in `row`, as far as it can be read. The columns of [`DROPPED`] begin at `start`.
pub(crate) fn dropped(row: &Row<'_>, start: usize, cause: Cause) -> rusqlite::Result<Dropped> {
    let time = |column| rows::timestamp(row, start + column).ok();
    let spooled_at = time(5).unwrap_or_default();
    let count = |column| rows::count(row, start + column).unwrap_or_default();
    let destination = row.get_ref(start)?.as_bytes().unwrap_or_default();
    Ok(Dropped {
        destination: String::from_utf8_lossy(destination).into_owned(),
        cause,
        batches: 1,
        records: count(1),
        bytes: count(2),
        first: time(3).unwrap_or(spooled_at),
        last: time(4).unwrap_or(spooled_at),
    })
}

/// Everything that was ever dropped from this file.
pub(crate) fn kept(connection: &Connection) -> rusqlite::Result<Vec<Dropped>> {
    connection
        .prepare_cached(
            "SELECT destination, cause, batches, records, bytes, first_at, last_at FROM dropped
             ORDER BY destination, cause",
        )?
        .query_map((), |row| {
            Ok(Dropped {
                destination: row.get(0)?,
                cause: Cause::named(row.get_ref(1)?.as_str()?),
                batches: rows::count(row, 2)?,
                records: rows::count(row, 3)?,
                bytes: rows::count(row, 4)?,
                first: rows::timestamp(row, 5)?,
                last: rows::timestamp(row, 6)?,
            })
        })?
        .collect()
}

fn keep(connection: &Connection, dropped: &Dropped) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO dropped VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (destination, cause) DO UPDATE SET
                batches = batches + excluded.batches,
                records = records + excluded.records,
                bytes = bytes + excluded.bytes,
                first_at = min(first_at, excluded.first_at),
                last_at = max(last_at, excluded.last_at)",
        )?
        .execute(params![
            dropped.destination,
            dropped.cause.name(),
            rows::signed(dropped.batches),
            rows::signed(dropped.records),
            rows::signed(dropped.bytes),
            rows::time(dropped.first),
            rows::time(dropped.last),
        ])?;
    Ok(())
}

fn join(sum: &mut Dropped, more: &Dropped) {
    sum.batches = sum.batches.saturating_add(more.batches);
    sum.records = sum.records.saturating_add(more.records);
    sum.bytes = sum.bytes.saturating_add(more.bytes);
    sum.first = sum.first.min(more.first);
    sum.last = sum.last.max(more.last);
}
