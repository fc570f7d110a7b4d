//! Reading a table of which some pages cannot be read.

use rusqlite::{Row, Statement};

/// An id that is not below it was not given by a spool; it is damaged.
const NO_ID: i64 = 1 << 48;

/// Steps over the rows of a table in the order they lie in, which is that of their ids as long as these are
/// sound. Behind a page that cannot be read, goes on with the first id that can be found.
pub(super) fn scan(
    mut select: Statement<'_>,
    mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let (mut read, mut step) = (-1, 1);
    while read < NO_ID {
        let start = read;
        let mut rows = select.query([start])?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let id: i64 = row.get(0)?;
                    if (read + 1..NO_ID).contains(&id) {
                        (read, step) = (id, 1);
                    }
                    // An id out of order can lead back to rows that were read before.
                    if id > start {
                        each(row)?;
                    }
                }
                Ok(None) => return Ok(()),
                Err(_) => break,
            }
        }
        read += step;
        step *= 2;
    }
    Ok(())
}
