//! SQLite files, opened the one way this platform does.
//!
//! A spool, a state file and the embedded store want the same thing of SQLite: committed data survive a power
//! loss, a second program waits its turn, and an error says what to do. [`open`] sets a file up so, [`Error`]
//! puts SQLite's hundred result codes into the few answers a caller can act on.
//!
//! This crate does not know what is in the file.

mod error;
mod folder;
mod open;

use std::path::Path;

pub use error::Error;
pub use folder::create_parents;
pub use open::{BUSY_TIMEOUT, open, open_shrinkable};
use rusqlite::Connection;

/// Reads the whole file and reports [`Error::Corrupt`] for the first fault in its structure.
///
/// It takes time in proportion to the size of the file. A changed byte inside a stored value goes unnoticed, since
/// SQLite keeps no checksums.
pub fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", (), |row| row.get(0))
        .map_err(|error| Error::from_sqlite(path, error))?;
    if verdict == "ok" {
        return Ok(());
    }
    Err(Error::Corrupt { path: path.to_owned(), source: verdict.into() })
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
