//! Opening the file to read it.

use std::path::Path;

use embedded_db::BUSY_TIMEOUT;
use rusqlite::{Connection, OpenFlags, ffi};

/// Opens the file at `path`, which exists, without a way to change it.
///
/// A file in WAL mode that nobody has open needs two more files beside it. Where they cannot be made, since the folder
/// is mounted read-only, the file is read as it lies there. A program that began to write to it at that moment could
/// make such a read fail or be out of date, so [`is_kept`] ends that connection after one use.
///
/// Source: <https://sqlite.org/wal.html#read_only_databases>.
pub(super) fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    match schema_version(&connection) {
        Err(error) if error.sqlite_error_code() == Some(ffi::ErrorCode::CannotOpen) => {
            let uri = format!("file:{}?immutable=1", escaped(path));
            let connection = Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?;
            schema_version(&connection)?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        }
        Err(error) => Err(error),
        Ok(_) => Ok(connection),
    }
}

/// Whether the connection sees what others write later. The other kind is marked by `query_only`.
pub(super) fn is_kept(connection: &Connection) -> bool {
    connection.pragma_query_value(None, "query_only", |row| row.get(0)).is_ok_and(|marked: bool| !marked)
}

/// Reads the file, which opening it does not.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "schema_version", |row| row.get(0))
}

/// As the path of a URI: <https://sqlite.org/uri.html#the_uri_path>.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
