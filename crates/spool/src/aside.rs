//! Setting a file aside: under another name, whole, and by one program at a time.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Error;

/// Suffix of a file that was set aside and is still to be read.
const TO_BE_READ: &str = ".salvage";

/// The file comes last: a new file beside an old log would lose the batches of the log.
const FILES: [&str; 4] = ["-wal", "-shm", "-journal", ""];

/// Treatment of a renamed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Some of it can be brought over into the fresh file.
    MayBeRead,
    /// It is none of ours.
    IsForeign,
}

/// Lets one program at a time set a file aside. The lock is on the folder, so that no file is left behind.
#[derive(Debug)]
pub(crate) struct Turn {
    // `None` if it cannot be locked (some network file systems). Two programs that find the same damaged file
    // in the same instant are not kept apart then. That is rare enough to go on.
    folder: Option<File>,
}

impl Turn {
    pub(crate) fn wait_for(path: &Path) -> Self {
        let folder = folder_of(path).and_then(|folder| folder.lock().map(|()| folder));
        Self { folder: folder.ok() }
    }

    /// `None` while another program has its turn.
    pub(crate) fn take_if_free(path: &Path) -> Option<Self> {
        let Ok(folder) = folder_of(path) else { return Some(Self { folder: None }) };
        match folder.try_lock() {
            Ok(()) => Some(Self { folder: Some(folder) }),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(_)) => Some(Self { folder: None }),
        }
    }
}

impl Drop for Turn {
    /// A lock that is only closed lives on in a program that is being started at this moment.
    fn drop(&mut self) {
        // Closing the file does as well, if a moment later.
        let _ = self.folder.as_ref().map(File::unlock);
    }
}

fn folder_of(path: &Path) -> io::Result<File> {
    File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Keeps other programs from writing to a file while it is renamed, if the file is sound enough for that.
///
/// A program that waits for the lock then finds another file at the path.
pub(crate) fn hold(connection: &Connection) -> Option<Transaction<'_>> {
    Transaction::new_unchecked(connection, TransactionBehavior::Immediate).ok()
}

/// `path` with `suffix` behind its file name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// SQLite takes an empty file, or one of a single byte, for a new database and deletes the log beside it, with all that
/// is only there.
pub(crate) fn lost_its_beginning(path: &Path) -> bool {
    length(path).is_some_and(|length| length <= 1)
        && length(&with_suffix(path, "-wal")).is_some_and(|length| length > 0)
}

pub(crate) fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).map(|file| file.len()).ok()
}

/// Renames the file, its log and its index together, so that the `sqlite3` program can still open them.
pub(crate) fn set_aside(path: &Path, reason: &str, rest: Rest) -> Result<(), Error> {
    if rest == Rest::MayBeRead {
        if to_be_read(path).is_some() {
            // An earlier one was never read to its end. It is kept, and this one takes its turn.
            conclude(path)?;
        }
        tracing::error!(spool = %path.display(), reason, "the spool is damaged; what can be read is brought over");
        return rename(path, &with_suffix(path, TO_BE_READ));
    }
    let kept_as = for_good(path);
    rename(path, &kept_as)?;
    tracing::error!(
        spool = %path.display(),
        kept_as = %kept_as.display(),
        reason,
        "the spool was unusable and has been set aside; batches in it will not be delivered"
    );
    Ok(())
}

/// The file that was set aside and is still to be read.
pub(crate) fn to_be_read(path: &Path) -> Option<PathBuf> {
    let aside = with_suffix(path, TO_BE_READ);
    aside.exists().then_some(aside)
}

/// Gives the file that was read its last name, by which no program but a person looks for it. Returns the name.
pub(crate) fn conclude(path: &Path) -> Result<PathBuf, Error> {
    let kept_as = for_good(path);
    rename(&with_suffix(path, TO_BE_READ), &kept_as)?;
    Ok(kept_as)
}

fn for_good(path: &Path) -> PathBuf {
    with_suffix(path, &format!(".corrupt-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S.%6fZ")))
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    for suffix in FILES {
        match fs::rename(with_suffix(from, suffix), with_suffix(to, suffix)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::SetAside { path: from.to_owned(), source }),
            Ok(()) => {}
        }
    }
    Ok(())
}
