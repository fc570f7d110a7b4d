//! Disk space of the file, and the return of free pages to the disk.

use rusqlite::Connection;

/// Free pages that stay in the file. The next pushes fill them, so a queue that comes and goes moves no pages about.
const SPARE: u64 = 256;

/// A vacuum moves at most this many pages for each page that was freed, so that no removal takes long.
const MOVES_PER_FREED: u64 = 2;

/// Smallest number of pages to move.
const MOVES: u64 = 128;

/// A file with as little in it is rewritten whole, which takes no longer than a push.
const SMALL: u64 = 256;

/// The pages of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    pub(crate) used: u64,
    pub(crate) free: u64,
}

impl Pages {
    pub(crate) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let (all, free) =
            (number(connection, "PRAGMA page_count")?, number(connection, "PRAGMA freelist_count")?);
        Ok(Self { used: all.saturating_sub(free), free })
    }
}

/// The bytes of a page.
pub(crate) fn page_size(connection: &Connection) -> rusqlite::Result<u64> {
    number(connection, "PRAGMA page_size")
}

/// Within a transaction that freed pages: shortens the file, where enough of it is free, by the freed pages
/// or a few more.
pub(crate) fn give_back(connection: &Connection, before: Pages) -> rusqlite::Result<()> {
    let now = Pages::of(connection)?;
    // The search for a free page takes longer the more of them there are, so their number stays in proportion.
    let surplus = now.free.saturating_sub(SPARE + now.used / 4);
    let freed = now.free.saturating_sub(before.free);
    let moves = surplus.min(MOVES.max(freed.saturating_mul(MOVES_PER_FREED)));
    if moves == 0 {
        return Ok(());
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({moves})"))?;
    let mut steps = vacuum.query(())?;
    while steps.next()?.is_some() {}
    Ok(())
}

/// Makes a file that cannot shrink, since version 1 made it, one that can, as soon as there is little in it.
pub(crate) fn make_shrinkable(connection: &Connection) -> rusqlite::Result<()> {
    const INCREMENTAL: u64 = 2;
    if number(connection, "PRAGMA auto_vacuum")? == INCREMENTAL || Pages::of(connection)?.used > SMALL {
        return Ok(());
    }
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.execute_batch("VACUUM")
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<u64> {
    connection.prepare_cached(pragma)?.query_row((), |row| crate::rows::count(row, 0))
}
