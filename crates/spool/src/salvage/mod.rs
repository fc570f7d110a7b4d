//! Recovery of the readable content of a damaged file.
//!
//! A damaged file is renamed first, and read then. If the program ends in between, or the disk is full, the next one
//! that opens the spool goes on where this one stopped.

mod chunks;
mod scan;

use std::fs;
use std::path::Path;

use chunks::Chunks;
use embedded_db::BUSY_TIMEOUT;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use scan::scan;

use crate::aside::{self, Turn, with_suffix};
use crate::rows::{self, Read};
use crate::tally::{self, Tally};
use crate::{Cause, Entry, Error, SpooledBatch};

/// Index of the first column of [`tally::DROPPED`], behind those of [`rows::BATCH`].
const FIRST_OF_DROPPED: usize = 7;

/// Numbers of recovered rows.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    batches: u64,
    damaged: u64,
    dead_letters: u64,
}

/// Reads the file that was set aside at `path`, if there is one, into the open spool.
///
/// This never fails the opening of the spool. Batches that could not be copied now stay where they are.
pub(crate) fn finish(path: &Path, spool: &Connection) {
    if aside::to_be_read(path).is_none() {
        return;
    }
    // Another program that has the turn is at it.
    let Some(_turn) = Turn::take_if_free(path) else { return };
    let Some(aside) = aside::to_be_read(path) else { return };
    match bring_over(&aside, spool).map_err(|error| embedded_db::Error::from_sqlite(path, error)) {
        Ok(count) => match aside::conclude(path) {
            Ok(kept_as) => log_salvage(path, &kept_as, count),
            Err(error) => tell_unfinished(path, &error),
        },
        Err(error) => tell_unfinished(path, &error.into()),
    }
}

fn log_salvage(path: &Path, kept_as: &Path, count: Count) {
    let Count { batches, damaged, dead_letters } = count;
    tracing::error!(
        spool = %path.display(),
        kept_as = %kept_as.display(),
        batches,
        damaged,
        dead_letters,
        "the spool was damaged and has been set aside; what could be read of it is in the fresh one"
    );
}

fn tell_unfinished(path: &Path, error: &Error) {
    let error = fault::chain(error);
    tracing::warn!(spool = %path.display(), error, "a damaged spool is still to be read");
}

/// Every error is one of the open spool, or says that the damaged file is in use. Other faults of the damaged file
/// only make for less to bring over.
fn bring_over(aside: &Path, spool: &Connection) -> rusqlite::Result<Count> {
    let mut count = Count::default();
    match open(aside) {
        Ok(damaged) => {
            let mut chunks = Chunks::resume(spool)?;
            read_dropped(&damaged, &mut chunks)?;
            read_batches(&damaged, &mut chunks, &mut count)?;
            read_dead_letters(&damaged, &mut chunks, &mut count)?;
            chunks.end()?;
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Err(error),
        Err(_) => {}
    }
    remove_empty_log(aside);
    Ok(count)
}

/// A connection that leaves the file as it is: the log is not written back.
fn open(aside: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(aside, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Without `writable_schema` SQLite reads nothing of a file that lost its end, or of a schema with one bad entry.
    connection
        .execute_batch("PRAGMA query_only = on; PRAGMA writable_schema = on; PRAGMA cache_size = -256;")?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
    Ok(connection)
}

/// Removes the empty log that SQLite creates beside a file it only reads.
fn remove_empty_log(aside: &Path) {
    let log = with_suffix(aside, "-wal");
    if aside::length(&log).is_none_or(|length| length == 0) {
        // Whether they go makes no difference to the next reader.
        let _ = fs::remove_file(log);
        let _ = fs::remove_file(with_suffix(aside, "-shm"));
    }
}

/// Copies the numbers of dropped records.
fn read_dropped(damaged: &Connection, chunks: &mut Chunks<'_>) -> rusqlite::Result<()> {
    let mut tally = Tally::default();
    tally::kept(damaged).unwrap_or_default().into_iter().for_each(|dropped| tally.add(dropped));
    chunks.add(0, |spool| tally.keep(spool))
}

fn read_batches(damaged: &Connection, chunks: &mut Chunks<'_>, count: &mut Count) -> rusqlite::Result<()> {
    let version_2 =
        format!("SELECT {}, {} FROM batches WHERE id > ?1 ORDER BY id", rows::BATCH, tally::DROPPED);
    let version_1 = "
        SELECT id, spooled_at, 1, NULL, NULL, 'none', payload, destination, 1, length(payload), NULL, NULL, spooled_at
        FROM batches WHERE id > ?1 ORDER BY id";
    let Ok(select) = damaged.prepare(&version_2).or_else(|_| damaged.prepare(version_1)) else {
        return Ok(());
    };
    scan(select, |row| {
        let destination = row.get_ref(FIRST_OF_DROPPED)?.as_str().unwrap_or_default();
        match rows::read(row, 0, destination)? {
            Read::Whole(batch) => {
                count.batches += 1;
                chunks.add(rows::length(&batch.payload), |spool| insert(spool, destination, &batch))
            }
            Read::Damaged(_) => {
                count.damaged += 1;
                let mut tally = Tally::default();
                tally.add(tally::dropped(row, FIRST_OF_DROPPED, Cause::Damage)?);
                chunks.add(0, |spool| tally.keep(spool))
            }
        }
    })
}

fn insert(spool: &Connection, destination: &str, batch: &SpooledBatch) -> rusqlite::Result<()> {
    let SpooledBatch { payload, records, first, last, spooled_at, .. } = batch;
    let entry = Entry { destination, payload, records: *records, first: *first, last: *last };
    let mut statement = spool.prepare_cached(rows::INSERT)?;
    rows::insert(&mut statement, &entry, &rows::time(*spooled_at))
}

fn read_dead_letters(
    damaged: &Connection,
    chunks: &mut Chunks<'_>,
    count: &mut Count,
) -> rusqlite::Result<()> {
    let select = format!("SELECT id, {} FROM dead_letters WHERE id > ?1 ORDER BY id", rows::DEAD_LETTER);
    let Ok(select) = damaged.prepare(&select) else { return Ok(()) };
    scan(select, |row| {
        let Ok(letter) = rows::dead_letter(row, 1) else {
            count.damaged += 1;
            return Ok(());
        };
        count.dead_letters += 1;
        let bytes = rows::length(letter.record.as_bytes());
        chunks.add(bytes, |spool| rows::bury(spool, &letter))
    })
}
