//! Removing batches, and those removals that the disk did not take yet.
//!
//! A full disk must not stop delivery: delivered batches are not delivered again only because their removal
//! could not be written. Such removals are remembered until the disk takes them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use crate::space::{self, Pages};
use crate::{BatchId, rows};

/// Largest number of remembered removals: a few mebibytes of memory.
const MOST: usize = 50_000;

/// Number of removals that are tried at once, so that a try in vain costs little.
const CHUNK: usize = 1_000;

/// Removals that the disk did not take yet.
#[derive(Debug, Default)]
pub(crate) struct Removals {
    by_destination: BTreeMap<String, Owed>,
    count: usize,
}

/// Sum of the batches that a destination took and that are still in the file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) batches: u64,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Default)]
struct Owed {
    removed: BTreeMap<BatchId, Sum>,
    sum: Sum,
    /// Rows of the destination up to this one are removed. Rows count from one.
    passed: i64,
}

/// Removes batches from the file named `file`. Those of another file are gone with it.
pub(crate) fn remove(connection: &Connection, file: i64, ids: &[BatchId]) -> rusqlite::Result<()> {
    let before = Pages::of(connection)?;
    let mut delete = connection.prepare_cached("DELETE FROM batches WHERE id = ?1")?;
    for id in ids.iter().filter(|id| id.file == file) {
        delete.execute([id.row])?;
    }
    space::give_back(connection, before)
}

impl Removals {
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether that many more can be remembered.
    pub(crate) fn have_room_for(&self, more: usize) -> bool {
        self.count + more <= MOST
    }

    /// Remembers that a batch is to be removed, if it is still there.
    pub(crate) fn add(&mut self, connection: &Connection, id: BatchId) -> rusqlite::Result<()> {
        let batch = connection
            .prepare_cached("SELECT destination, records, bytes FROM batches WHERE id = ?1")?
            .query_row([id.row], |row| {
                let sum = Sum { batches: 1, records: rows::count(row, 1)?, bytes: rows::count(row, 2)? };
                Ok((row.get(0)?, sum))
            });
        let Some((destination, sum)): Option<(String, Sum)> = batch.optional()? else { return Ok(()) };
        let owed: &mut Owed = self.by_destination.entry(destination.clone()).or_default();
        if owed.removed.insert(id, sum).is_none() {
            owed.sum = owed.sum.plus(sum);
            self.count += 1;
        }
        owed.go_on(connection, &destination, id.file)
    }

    /// Sum of the delivered batches of a destination that are still in the file.
    pub(crate) fn sum(&self, destination: &str) -> Sum {
        self.by_destination.get(destination).map(|owed| owed.sum).unwrap_or_default()
    }

    /// The row behind which the next batch for a destination is.
    pub(crate) fn passed(&self, destination: &str) -> i64 {
        self.by_destination.get(destination).map_or(0, |owed| owed.passed)
    }

    /// Whether a batch is removed. To be asked in order, since it lets [`Removals::passed`] go on to it.
    pub(crate) fn pass(&mut self, destination: &str, id: BatchId) -> bool {
        let Some(owed) = self.by_destination.get_mut(destination) else { return false };
        let is_removed = owed.removed.contains_key(&id);
        if is_removed {
            owed.passed = id.row;
        }
        is_removed
    }

    /// Some that are to be tried next.
    pub(crate) fn next(&self) -> Vec<BatchId> {
        let all = self.by_destination.values().flat_map(|owed| owed.removed.keys());
        all.take(CHUNK).copied().collect()
    }

    /// Forgets those that are done.
    pub(crate) fn forget(&mut self, done: &[BatchId]) {
        for owed in self.by_destination.values_mut() {
            for id in done {
                if let Some(sum) = owed.removed.remove(id) {
                    owed.sum = owed.sum.minus(sum);
                    self.count -= 1;
                }
            }
        }
    }
}

impl Owed {
    /// Goes on to the last row before one that is not removed.
    fn go_on(&mut self, connection: &Connection, destination: &str, file: i64) -> rusqlite::Result<()> {
        let mut next = connection.prepare_cached(
            "SELECT id FROM batches WHERE destination = ?1 AND id > ?2 ORDER BY id LIMIT 1",
        )?;
        loop {
            let row = next.query_row((destination, self.passed), |row| row.get(0)).optional()?;
            match row.filter(|row| self.removed.contains_key(&BatchId { file, row: *row })) {
                Some(row) => self.passed = row,
                None => return Ok(()),
            }
        }
    }
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self {
            batches: self.batches.saturating_add(other.batches),
            records: self.records.saturating_add(other.records),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            batches: self.batches.saturating_sub(other.batches),
            records: self.records.saturating_sub(other.records),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}
