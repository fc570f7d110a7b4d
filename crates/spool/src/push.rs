//! Adding batches, and making room for them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::space::Pages;
use crate::tally::{self, Tally};
use crate::{Cause, Dropped, Entry, Limits, WhenFull, file, rows};

/// Largest size of a row and its index entry besides payload and destination.
const ROW: u64 = 128;

/// The pages that one more row may split: in the table, in the index, and the counts.
const SPLITS: u64 = 4;

/// SQLite accepts no value of a gigabyte.
const LARGEST: u64 = 900_000_000;

/// Result of a push.
pub(crate) enum Outcome {
    Taken(Tally),
    /// There is no room, and nothing may be dropped for it.
    Full,
}

/// The room for batches, in pages.
struct Room {
    limit: u64,
    page_size: u64,
    /// Not less than the pages in use, and exact again when that matters.
    used: u64,
}

/// Adds entries behind all others. Changes nothing if the outcome is [`Outcome::Full`].
pub(crate) fn push(
    connection: &Connection,
    entries: &[Entry<'_>],
    now: Timestamp,
    limits: &Limits,
    page_size: u64,
) -> rusqlite::Result<Outcome> {
    let mut room = Room { limit: limits.bytes / page_size, page_size, used: Pages::of(connection)?.used };
    if limits.when_full == WhenFull::Block && !room.has_room_for_all(connection, entries)? {
        return Ok(Outcome::Full);
    }
    let mut tally = Tally::default();
    let spooled_at = rows::time(now);
    let mut insert = connection.prepare_cached(rows::INSERT)?;
    for entry in entries {
        let need = room.need(entry);
        let is_taken = room.could_hold(entry)
            && match limits.when_full {
                WhenFull::DropOldest => make_room(connection, &mut room, need, &mut tally)?,
                WhenFull::DropNewest | WhenFull::Block => room.fits(connection, need)?,
            };
        if is_taken {
            rows::insert(&mut insert, entry, &spooled_at)?;
            room.used += need;
        } else {
            tally.add(not_taken(entry));
        }
    }
    tally.keep(connection)?;
    Ok(Outcome::Taken(tally))
}

/// Removes the oldest batch if `is_due` says so, and returns it.
pub(crate) fn drop_oldest(
    connection: &Connection,
    cause: Cause,
    is_due: impl Fn(&str) -> bool,
) -> rusqlite::Result<Option<Dropped>> {
    let mut select = connection
        .prepare_cached(&format!("SELECT {}, id FROM batches ORDER BY id LIMIT 1", tally::DROPPED))?;
    let oldest = select.query_row((), |row| {
        let is_due = is_due(row.get_ref(5)?.as_str().unwrap_or_default());
        Ok(if is_due { Some((tally::dropped(row, 0, cause)?, row.get::<_, i64>(6)?)) } else { None })
    });
    let Some((dropped, id)) = oldest.optional()?.flatten() else { return Ok(None) };
    let gone = connection.prepare_cached("DELETE FROM batches WHERE id = ?1")?.execute([id])?;
    // Otherwise dropping until there is room would never end.
    if gone == 0 {
        Err(file::damaged("the oldest batch is not where it was found"))
    } else {
        Ok(Some(dropped))
    }
}

/// Drops the oldest batches until there is room. Returns whether there is, since dead letters are not dropped.
fn make_room(
    connection: &Connection,
    room: &mut Room,
    need: u64,
    tally: &mut Tally,
) -> rusqlite::Result<bool> {
    while !room.fits(connection, need)? {
        match drop_oldest(connection, Cause::Bytes, |_| true)? {
            Some(dropped) => tally.add(dropped),
            None => return Ok(false),
        }
    }
    Ok(true)
}

fn not_taken(entry: &Entry<'_>) -> Dropped {
    Dropped {
        destination: entry.destination.to_owned(),
        cause: Cause::Bytes,
        batches: 1,
        records: entry.records,
        bytes: rows::length(entry.payload),
        first: entry.first,
        last: entry.last,
    }
}

impl Room {
    /// The pages an entry takes at most. One too long for its page goes on in pages of its own.
    fn need(&self, entry: &Entry<'_>) -> u64 {
        let destination = rows::length(entry.destination.as_bytes());
        let row = rows::length(entry.payload) + 2 * destination + ROW;
        row.div_ceil(self.page_size.saturating_sub(4).max(1)) + SPLITS
    }

    /// Whether an entry fits into a spool that is empty but for dead letters. Dropping others does not help it if not.
    fn could_hold(&self, entry: &Entry<'_>) -> bool {
        rows::length(entry.payload) < LARGEST && self.need(entry) <= self.limit / 4 * 3
    }

    /// Whether there is room for all entries but those that there never will be room for.
    fn has_room_for_all(&mut self, connection: &Connection, entries: &[Entry<'_>]) -> rusqlite::Result<bool> {
        let possible = entries.iter().filter(|entry| self.could_hold(entry));
        let need = possible.map(|entry| self.need(entry)).sum();
        self.fits(connection, need)
    }

    fn fits(&mut self, connection: &Connection, need: u64) -> rusqlite::Result<bool> {
        if self.used + need > self.limit {
            self.used = Pages::of(connection)?.used;
        }
        Ok(self.used + need <= self.limit)
    }
}
