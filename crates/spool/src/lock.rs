//! The right to deliver, held by one program at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::Error;
use crate::aside::with_suffix;

/// The right to deliver from a spool, until it is dropped.
#[derive(Debug)]
#[must_use = "the lock is freed as soon as the guard is dropped"]
pub struct Guard {
    file: File,
}

impl Drop for Guard {
    /// A lock that is only closed lives on in a program that is being started at this moment.
    fn drop(&mut self) {
        // Closing the file does as well, if a moment later.
        let _ = self.file.unlock();
    }
}

pub(crate) fn try_lock(spool: &Path) -> Result<Option<Guard>, Error> {
    let path = with_suffix(spool, ".lock");
    embedded_db::create_parents(&path)?;
    // The file stays when the guard goes: removing it would let two programs lock two files of the same name.
    let opened = File::options().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|error| embedded_db::Error::from_io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Guard { file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(embedded_db::Error::from_io(&path, error).into()),
    }
}
