//! Opening of the file for reading.

use std::path::Path;

use embedded_db::BUSY_TIMEOUT;
use rusqlite::{Connection, OpenFlags, ffi};

/// Opens the file at `path`, which exists, read-only.
///
/// A file in WAL mode that no process has open needs two more files beside it. If they cannot be created, because the
/// folder is mounted read-only, the file is opened as immutable. A program that starts to write at that moment could
/// make such a read fail or return old data, so [`is_reusable`] ends that connection after one use.
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

/// Whether the connection sees later writes of others. The other kind is marked by `query_only`.
pub(super) fn is_reusable(connection: &Connection) -> bool {
    connection.pragma_query_value(None, "query_only", |row| row.get(0)).is_ok_and(|marked: bool| !marked)
}

/// Reads the schema version, since opening alone does not read the file.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "schema_version", |row| row.get(0))
}

/// Escapes a path for a URI: <https://sqlite.org/uri.html#the_uri_path>.
fn escaped(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
