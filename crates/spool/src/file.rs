//! The file under a spool: its tables, and what happens when it is not the file it should be.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use embedded_db::BUSY_TIMEOUT;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use crate::Error;

/// Marks a file as a spool, whatever its name is: "spoo" in ASCII.
const APPLICATION_ID: i32 = 0x7370_6f6f;

/// The version of the tables below.
const SCHEMA_VERSION: i32 = 1;

const SCHEMA: &str = "
    CREATE TABLE batches (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        destination TEXT NOT NULL,
        payload     BLOB NOT NULL,
        spooled_at  TEXT NOT NULL
    ) STRICT;
    CREATE INDEX batches_by_destination ON batches (destination, id);
    CREATE TABLE dead_letters (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        destination TEXT NOT NULL,
        record      TEXT NOT NULL,
        reason      TEXT NOT NULL,
        buried_at   TEXT NOT NULL
    ) STRICT;
";

/// What a file turned out to be.
enum Found {
    Spool(Connection),
    /// Not to be used, and why.
    Unusable(String),
}

/// Opens the spool at `path`. What is there and cannot be used is set aside first.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    if let Found::Spool(connection) = look(path)? {
        return Ok(connection);
    }
    let _turn = wait_for_turn(path);
    // Another program may have put a fresh file there in the meantime, and that one must stay.
    match look(path)? {
        Found::Spool(connection) => return Ok(connection),
        Found::Unusable(reason) => set_aside(path, &reason)?,
    }
    match look(path)? {
        Found::Spool(connection) => Ok(connection),
        Found::Unusable(reason) => {
            Err(embedded_db::Error::Corrupt { path: path.to_owned(), source: reason.into() }.into())
        }
    }
}

/// Whether there is a file at `path`.
pub(crate) fn exists(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(|error| embedded_db::Error::from_io(path, error).into())
}

/// `path` with `suffix` behind its file name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn look(path: &Path) -> Result<Found, Error> {
    if lost_its_beginning(path) {
        return Ok(Found::Unusable("the file is empty but has a write-ahead log".to_owned()));
    }
    match connect(path) {
        Err(embedded_db::Error::Corrupt { source, .. }) => Ok(Found::Unusable(source.to_string())),
        found => Ok(found?),
    }
}

fn connect(path: &Path) -> Result<Found, embedded_db::Error> {
    let mut connection = embedded_db::open(path, BUSY_TIMEOUT)?;
    embedded_db::check(&connection, path)?;
    let is_spool = prepare(&mut connection).map_err(|error| embedded_db::Error::from_sqlite(path, error))?;
    if is_spool {
        return Ok(Found::Spool(connection));
    }
    Ok(Found::Unusable("the file holds something other than a spool of this version".to_owned()))
}

/// Creates the tables in a new file. Tells whether the file is a spool then.
fn prepare(connection: &mut Connection) -> rusqlite::Result<bool> {
    let expected = (APPLICATION_ID, SCHEMA_VERSION);
    if identity(connection)? == expected {
        return Ok(true);
    }
    // A program that opens the same new file at this moment waits here, and finds the tables when it is its turn.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let is_new = identity(&transaction)? == (0, 0)
        && transaction.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))?;
    if is_new {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    let is_spool = identity(&transaction)? == expected;
    transaction.commit()?;
    Ok(is_spool)
}

fn identity(connection: &Connection) -> rusqlite::Result<(i32, i32)> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}

/// SQLite takes an empty file for a new database and deletes the log beside it, with all that is only there.
fn lost_its_beginning(path: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map(|file| file.len()).ok();
    length(path) == Some(0) && length(&with_suffix(path, "-wal")).is_some_and(|length| length > 0)
}

/// Lets one program at a time set a file aside. The lock is on the folder, so that no file is left behind.
fn wait_for_turn(path: &Path) -> Option<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Where a folder cannot be locked (some network file systems), two programs that find the same damaged file in
    // the same instant are not kept apart. That is rare enough to go on.
    File::open(folder).and_then(|folder| folder.lock().map(|()| folder)).ok()
}

/// Renames the file, its log and its index together, so that the `sqlite3` program can still open what is left.
///
/// The file itself goes last: whoever opens a new file beside an old log loses what is in the log.
fn set_aside(path: &Path, reason: &str) -> Result<(), Error> {
    let aside = with_suffix(path, &format!(".corrupt-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S.%6fZ")));
    for suffix in ["-wal", "-shm", "-journal", ""] {
        match fs::rename(with_suffix(path, suffix), with_suffix(&aside, suffix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(Error::SetAside { path: path.to_owned(), source });
            }
            Ok(()) => {}
        }
    }
    tracing::error!(
        spool = %path.display(),
        kept_as = %aside.display(),
        reason,
        "the spool was unusable and has been set aside; batches in it will not be delivered"
    );
    Ok(())
}
