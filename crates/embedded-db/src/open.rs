//! Opening a file: durable, patient, with as much concurrency as the file system allows.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, ffi};

use crate::error::PRIMARY;
use crate::{Error, create_parents};

/// Default time that a statement waits for another program to finish its transaction.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// SQLite does not wait by itself for the lock that the change to WAL needs.
const WAL_RETRY_DELAY: Duration = Duration::from_millis(10);

/// Opens the file at `path`, or creates it with the folders above it.
///
/// The connection writes ahead (WAL) with full synchronization, so that committed data survive a power loss. It waits
/// up to `busy_timeout` for other programs, and enforces foreign keys. An empty file is a new database.
///
/// WAL needs memory that programs share through the file system. On file systems without it (some network file
/// systems), the file keeps a rollback journal instead: as durable, but readers and the writer wait for each other.
///
/// Sources: <https://sqlite.org/pragma.html>, <https://sqlite.org/wal.html>.
pub fn open(path: &Path, busy_timeout: Duration) -> Result<Connection, Error> {
    create_parents(path)?;
    let way = Way { busy_timeout, can_shrink: false, vfs: None };
    connect(path, &way).map_err(|error| Error::from_sqlite(path, error))
}

/// Opens the file at `path` as [`open`] does. A new file will be one that can give space back to the disk, by
/// `PRAGMA incremental_vacuum`; a file that was made otherwise can do so after a `VACUUM`.
///
/// This costs one page in some eight hundred, so it is for files that grow and shrink.
pub fn open_shrinkable(path: &Path, busy_timeout: Duration) -> Result<Connection, Error> {
    create_parents(path)?;
    let way = Way { busy_timeout, can_shrink: true, vfs: None };
    connect(path, &way).map_err(|error| Error::from_sqlite(path, error))
}

/// Options for opening a file.
struct Way<'a> {
    busy_timeout: Duration,
    can_shrink: bool,
    vfs: Option<&'a str>,
}

fn connect(path: &Path, way: &Way<'_>) -> rusqlite::Result<Connection> {
    let connection = bare(path, way)?;
    match write_ahead(&connection, way.busy_timeout) {
        Ok(mode) if mode == "wal" => {
            connection.pragma_update(None, "synchronous", "FULL")?;
            Ok(connection)
        }
        Ok(_) => roll_back(connection, path),
        Err(error) if lacks_shared_memory(&error) => {
            // A connection that failed to map the memory once would try again at its next statement.
            drop(connection);
            roll_back(bare(path, way)?, path)
        }
        Err(error) => Err(error),
    }
}

/// A connection that has not read the file yet, so that the way it is read can still be chosen.
fn bare(path: &Path, way: &Way<'_>) -> rusqlite::Result<Connection> {
    // Without SQLITE_OPEN_URI a path that begins with `file:` is a path.
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match way.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    // SQLite opens a file it may only read without complaint, and fails at the first write.
    if connection.is_readonly("main")? {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY), None));
    }
    connection.busy_timeout(way.busy_timeout)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if way.can_shrink && is_empty(path) {
        // The change to WAL writes the first page, and then it is too late for this.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    Ok(connection)
}

fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// Asks for WAL. Returns the mode of the file.
fn write_ahead(connection: &Connection, patience: Duration) -> rusqlite::Result<String> {
    let give_up = Instant::now() + patience;
    loop {
        let answer = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0));
        match answer {
            Err(error) if is_busy(&error) && Instant::now() < give_up => thread::sleep(WAL_RETRY_DELAY),
            answer => return answer,
        }
    }
}

fn roll_back(connection: Connection, path: &Path) -> rusqlite::Result<Connection> {
    tracing::debug!(file = %path.display(), "no shared memory here: keeping a rollback journal instead of WAL");
    // A file that is in WAL mode already can be read without shared memory by one connection alone, which is
    // enough to change its mode.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connection.pragma_update(None, "locking_mode", "NORMAL")?;
    // FULL does not sync the folder once the journal is deleted; a power loss would bring the journal back
    // and undo committed data.
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    // The exclusive lock is given back at the next read.
    connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
    Ok(connection)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| matches!(error.extended_code & PRIMARY, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED))
}

fn lacks_shared_memory(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        matches!(
            error.extended_code,
            ffi::SQLITE_CANTOPEN
                | ffi::SQLITE_IOERR_SHMOPEN
                | ffi::SQLITE_IOERR_SHMSIZE
                | ffi::SQLITE_IOERR_SHMLOCK
                | ffi::SQLITE_IOERR_SHMMAP
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SQLite's VFS that locks with files of its own and shares no memory, as on a poor network file system.
    const NO_SHARED_MEMORY: Option<&str> = Some("unix-dotfile");

    fn way(vfs: Option<&str>) -> Way<'_> {
        Way { busy_timeout: Duration::ZERO, can_shrink: true, vfs }
    }

    fn mode(connection: &Connection) -> String {
        connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap()
    }

    #[test]
    fn without_shared_memory_a_new_file_keeps_a_rollback_journal() {
        let folder = tempfile::tempdir().unwrap();
        let connection = connect(&folder.path().join("db"), &way(NO_SHARED_MEMORY)).unwrap();
        assert_eq!(mode(&connection), "delete");
        let synchronous: i32 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        assert_eq!(synchronous, 3, "EXTRA, which syncs the folder too");
    }

    #[test]
    fn without_shared_memory_a_file_in_wal_mode_opens_with_its_rows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let connection = connect(&path, &way(None)).unwrap();
        assert_eq!(mode(&connection), "wal");
        connection.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7)").unwrap();
        drop(connection);

        let first = connect(&path, &way(NO_SHARED_MEMORY)).unwrap();
        let second = connect(&path, &way(NO_SHARED_MEMORY)).unwrap();
        assert_eq!(mode(&first), "delete");
        first.execute("INSERT INTO t VALUES (8)", ()).unwrap();
        let sum: i64 = second.query_row("SELECT sum(x) FROM t", (), |row| row.get(0)).unwrap();
        assert_eq!(sum, 15, "no connection keeps the file for itself");
    }
}
