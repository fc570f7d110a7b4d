//! The dead letters in a file, of which there are never too many.

use rusqlite::{Connection, OptionalExtension};

use crate::tally::Tally;
use crate::{Cause, DeadLetter, Dropped, Limits, rows};

/// Keeps letters. The oldest go where there are more than the limits say.
pub(crate) fn bury(connection: &Connection, letters: &[DeadLetter], limits: &Limits) -> rusqlite::Result<()> {
    for letter in letters {
        rows::bury(connection, letter)?;
    }
    let mut tally = Tally::default();
    while has_too_many(connection, limits)?
        && let Some(dropped) = drop_oldest(connection)?
    {
        tally.add(dropped);
    }
    tally.keep(connection)
}

/// Removes a letter.
pub(crate) fn remove(connection: &Connection, letter: &DeadLetter) -> rusqlite::Result<()> {
    let DeadLetter { destination, record, reason, at } = letter;
    connection
        .prepare_cached(
            "DELETE FROM dead_letters
                WHERE destination = ?1 AND record = ?2 AND reason = ?3 AND buried_at = ?4",
        )?
        .execute((destination, record, reason, rows::time(*at)))?;
    Ok(())
}

/// Every letter, oldest first.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<DeadLetter>> {
    connection
        .prepare_cached(&format!("SELECT {} FROM dead_letters ORDER BY id", rows::DEAD_LETTER))?
        .query_map((), |row| rows::dead_letter(row, 0))?
        .collect()
}

pub(crate) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    Ok(buried(connection)?.0)
}

fn has_too_many(connection: &Connection, limits: &Limits) -> rusqlite::Result<bool> {
    let (letters, bytes) = buried(connection)?;
    Ok(letters > Limits::DEAD_LETTERS || bytes > limits.dead_letter_bytes())
}

/// Number and bytes of the letters.
fn buried(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached("SELECT letters, bytes FROM buried")?
        .query_row((), |row| Ok((rows::count(row, 0)?, rows::count(row, 1)?)))
}

fn drop_oldest(connection: &Connection) -> rusqlite::Result<Option<Dropped>> {
    let oldest = connection
        .prepare_cached(&format!("SELECT {}, id FROM dead_letters ORDER BY id LIMIT 1", rows::DEAD_LETTER))?
        .query_row((), |row| Ok((rows::dead_letter(row, 0)?, row.get::<_, i64>(4)?)))
        .optional()?;
    let Some((DeadLetter { destination, record, reason, at }, id)) = oldest else { return Ok(None) };
    connection.prepare_cached("DELETE FROM dead_letters WHERE id = ?1")?.execute([id])?;
    let bytes = rows::length(record.as_bytes()) + rows::length(reason.as_bytes());
    Ok(Some(Dropped {
        destination,
        cause: Cause::DeadLetters,
        batches: 1,
        records: 1,
        bytes,
        first: at,
        last: at,
    }))
}
