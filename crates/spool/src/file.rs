//! The file under a spool: opened, found damaged, set aside, opened anew.

use std::fs;
use std::path::{Path, PathBuf};

use embedded_db::{BUSY_TIMEOUT, Error as Database};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, ffi};

use crate::aside::{self, Rest, Turn};
use crate::{Error, salvage, schema, space};

/// The memory for pages, in KiB. A queue is read once from its front, so more of it would be of no use.
const CACHE_KIB: i64 = 512;

/// The pages in the write-ahead log after which it is written back: a mebibyte.
const LOG_PAGES: i64 = 256;
const LOG_BYTES: i64 = 1 << 20;

/// The size up to which a file is checked as a whole when it is opened, which takes a few hundredths of a second.
///
/// In a larger one, damage is found when it is met: in the structure by SQLite, in a batch by its checksum.
const CHECKED_WHOLE: u64 = 64 << 20;

/// An open file that holds a spool.
#[derive(Debug)]
pub(crate) struct SpoolFile {
    path: PathBuf,
    connection: Connection,
    place: Option<Place>,
    /// Identity of the file among others that were at this path.
    pub(crate) name: i64,
    pub(crate) page_size: u64,
}

/// Identity of a file in its file system, independent of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    device: u64,
    inode: u64,
}

/// Failure of a statement, by the action that it needs.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Another program set the file aside, or a person removed it. The one that is there now is to be opened.
    Moved,
    /// The file is damaged, and a fresh one is to take its place.
    Damaged(String),
    /// An error that another file would not help.
    Error(Error),
}

/// Kind of a file.
enum Found {
    Spool(SpoolFile),
    /// Its structure is damaged. Some of it may still be read.
    Damaged(String),
    /// A foreign file, which is not read, with the reason.
    Foreign(String),
}

/// Opens the spool at `path`. A damaged file is set aside first, and its readable batches are copied into a new one.
pub(crate) fn open(path: &Path) -> Result<SpoolFile, Error> {
    let file = match look(path)? {
        Found::Spool(file) => file,
        Found::Damaged(_) | Found::Foreign(_) => open_anew(path)?,
    };
    salvage::finish(path, &file.connection);
    Ok(file)
}

/// Whether there is a file at `path`.
pub(crate) fn exists(path: &Path) -> Result<bool, Error> {
    // A file that is still to be read counts, or its batches would wait until another push.
    let exists = path.try_exists().map_err(|error| Database::from_io(path, error))?;
    Ok(exists || aside::to_be_read(path).is_some())
}

/// The failure for damage that SQLite does not see.
pub(crate) fn damaged(what: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(what.to_owned()))
}

impl SpoolFile {
    /// Runs reading statements on one snapshot of the file.
    pub(crate) fn read<T>(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Failed> {
        let read = || {
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
            let value = act(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        read().map_err(|error| self.failed(error))
    }

    /// Runs statements all or nothing. Their changes are durable when this returns.
    pub(crate) fn write<T>(&self, act: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Failed> {
        let begin = || Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate);
        let transaction = begin().map_err(|error| self.failed(error))?;
        // A program that renames a file holds this lock meanwhile, so this stays true.
        if self.place != place(&self.path) {
            return Err(Failed::Moved);
        }
        let value = act(&transaction).map_err(|error| self.failed(error))?;
        transaction.commit().map_err(|error| self.failed(error))?;
        Ok(value)
    }

    /// Writes the log back into the file, as far as nobody reads the state before it. The next write takes its place.
    pub(crate) fn write_back(&self) -> Result<(), Error> {
        let done = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
        done.map_err(|error| Database::from_sqlite(&self.path, error).into())
    }

    /// Sets the file aside, since it turned out to be damaged, and opens a fresh one with its readable content.
    pub(crate) fn replace(&self, reason: &str) -> Result<Self, Error> {
        let turn = Turn::wait_for(&self.path);
        let hold = aside::hold(&self.connection);
        // Another program may have done it while this one waited.
        if self.place == place(&self.path) {
            aside::set_aside(&self.path, reason, Rest::MayBeRead)?;
        }
        drop((hold, turn));
        open(&self.path)
    }

    /// Opens the file that is at the path now, since it is no longer this one.
    pub(crate) fn reopen(&self) -> Result<Self, Error> {
        open(&self.path)
    }

    fn failed(&self, error: rusqlite::Error) -> Failed {
        let moved = |error: &ffi::Error| error.extended_code == ffi::SQLITE_READONLY_DBMOVED;
        if error.sqlite_error().is_some_and(moved) {
            return Failed::Moved;
        }
        match Database::from_sqlite(&self.path, error) {
            // The statements fit the tables, and the written values fit the columns. If not, these are damaged.
            Database::Corrupt { source, .. } | Database::Refused { source, .. } => {
                Failed::Damaged(source.to_string())
            }
            error => Failed::Error(error.into()),
        }
    }
}

impl Failed {
    /// The error to report when another file did not help.
    pub(crate) fn into_error(self, path: &Path) -> Error {
        let reason = match self {
            Self::Error(error) => return error,
            Self::Damaged(reason) => reason,
            Self::Moved => "it is replaced again and again".to_owned(),
        };
        Database::Corrupt { path: path.to_owned(), source: reason.into() }.into()
    }
}

fn open_anew(path: &Path) -> Result<SpoolFile, Error> {
    let _turn = Turn::wait_for(path);
    // Another program may have put a fresh file there in the meantime, and that one must stay.
    match look(path)? {
        Found::Spool(file) => return Ok(file),
        Found::Damaged(reason) => {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
            let connection = connection.and_then(|it| it.busy_timeout(BUSY_TIMEOUT).map(|()| it)).ok();
            let _hold = connection.as_ref().and_then(aside::hold);
            aside::set_aside(path, &reason, Rest::MayBeRead)?;
        }
        Found::Foreign(reason) => aside::set_aside(path, &reason, Rest::IsForeign)?,
    }
    match look(path)? {
        Found::Spool(file) => Ok(file),
        Found::Damaged(reason) | Found::Foreign(reason) => Err(Failed::Damaged(reason).into_error(path)),
    }
}

fn look(path: &Path) -> Result<Found, Error> {
    if aside::lost_its_beginning(path) {
        return Ok(Found::Foreign("the file is empty but has a write-ahead log".to_owned()));
    }
    match connect(path) {
        Err(Database::Corrupt { source, .. } | Database::Refused { source, .. }) => {
            Ok(Found::Damaged(source.to_string()))
        }
        found => Ok(found?),
    }
}

fn connect(path: &Path) -> Result<Found, Database> {
    let connection = embedded_db::open_shrinkable(path, BUSY_TIMEOUT)?;
    let failed = |error| Database::from_sqlite(path, error);
    tune(&connection).map_err(failed)?;
    if fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_WHOLE) {
        embedded_db::check(&connection, path)?;
    }
    if !schema::prepare(&connection).map_err(failed)? {
        close_with_checkpoint(&connection, true).map_err(failed)?;
        return Ok(Found::Foreign("the file holds something other than a spool of this version".to_owned()));
    }
    if let Err(error) = space::make_shrinkable(&connection) {
        tracing::debug!(error = fault::chain(&error), spool = %path.display(), "the file cannot shrink yet");
    }
    accept(path, connection).map_err(failed)
}

fn tune(connection: &Connection) -> rusqlite::Result<()> {
    // A file that turns out to be damaged is left as it is, with its log.
    close_with_checkpoint(connection, false)?;
    connection.execute_batch(&format!(
        "PRAGMA cache_size = -{CACHE_KIB};
         PRAGMA wal_autocheckpoint = {LOG_PAGES};
         PRAGMA journal_size_limit = {LOG_BYTES};
         PRAGMA temp_store = MEMORY;"
    ))
}

/// Whether the log is written back and removed when the last connection is closed.
fn close_with_checkpoint(connection: &Connection, with: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !with).map(drop)
}

fn accept(path: &Path, connection: Connection) -> rusqlite::Result<Found> {
    let name = connection.query_row("SELECT name FROM file", (), |row| row.get(0))?;
    let page_size = space::page_size(&connection)?;
    close_with_checkpoint(&connection, true)?;
    Ok(Found::Spool(SpoolFile { path: path.to_owned(), connection, place: place(path), name, page_size }))
}

#[cfg(unix)]
fn place(path: &Path) -> Option<Place> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|file| Place { device: file.dev(), inode: file.ino() }).ok()
}

/// On systems without such names, a file in use cannot be renamed either.
#[cfg(not(unix))]
fn place(_path: &Path) -> Option<Place> {
    None
}
