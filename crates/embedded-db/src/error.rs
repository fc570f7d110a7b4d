//! Errors of SQLite files, one variant per decision of the caller.

use std::path::{Path, PathBuf};

use fault::{Fault, Kind};
use rusqlite::ffi;

/// The bits of an extended result code that hold the primary one.
pub(crate) const PRIMARY: i32 = 0xff;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failure to open, read or write an SQLite file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another connection held the file for longer than the busy time-out.
    #[error("{} is in use by another program", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// Error of SQLite.
        source: Cause,
    },
    /// The disk is full or failing, or a limit of the operating system is reached.
    #[error("the disk cannot take or give the data of {}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// Error of SQLite or the operating system.
        source: Cause,
    },
    /// The place is wrong: a read-only file or folder, no permission, a file where a folder should be.
    #[error("{} cannot be written; choose a path in a folder this program may write to", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// Error of SQLite or the operating system.
        source: Cause,
    },
    /// The file is damaged, or is no SQLite file. Waiting does not help; setting the file aside does.
    #[error("{} is damaged or is not an SQLite file", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Error of SQLite.
        source: Cause,
    },
    /// The statement does not fit the file: a broken constraint, a missing table, a mistake in the SQL.
    #[error("{} refused the statement", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Error of SQLite.
        source: Cause,
    },
}

impl Error {
    /// Sorts an error of a statement on the file at `path`.
    ///
    /// Source: <https://sqlite.org/rescode.html>.
    pub fn from_sqlite(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        // An error without a code comes from reading a value as a type it does not have, or from a misused call.
        let code = error.sqlite_error().map_or(ffi::SQLITE_ERROR, |error| error.extended_code);
        let source = error.into();
        match code & PRIMARY {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL => Self::Busy { path, source },
            // Another program set the open file aside: the next connection finds the new one.
            ffi::SQLITE_READONLY if code == ffi::SQLITE_READONLY_DBMOVED => Self::Busy { path, source },
            // The file is truncated. No later attempt finds more.
            ffi::SQLITE_IOERR if code == ffi::SQLITE_IOERR_SHORT_READ => Self::Corrupt { path, source },
            ffi::SQLITE_FULL | ffi::SQLITE_IOERR | ffi::SQLITE_NOMEM => Self::Disk { path, source },
            ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY | ffi::SQLITE_PERM => {
                Self::NotWritable { path, source }
            }
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Self::Corrupt { path, source },
            _ => Self::Refused { path, source },
        }
    }

    /// Sorts an error of the operating system about the file at `path` or the folders above it.
    pub fn from_io(path: &Path, error: std::io::Error) -> Self {
        use std::io::ErrorKind as Io;
        let path = path.to_owned();
        match error.kind() {
            Io::StorageFull | Io::QuotaExceeded | Io::Interrupted | Io::TimedOut | Io::ResourceBusy => {
                Self::Disk { path, source: error.into() }
            }
            _ => Self::NotWritable { path, source: error.into() },
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Busy { .. } | Self::Disk { .. } => Kind::Temporary,
            Self::NotWritable { .. } | Self::Corrupt { .. } => Kind::Configuration,
            Self::Refused { .. } => Kind::Rejected,
        }
    }
}
