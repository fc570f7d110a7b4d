//! Room on the disk that is given up when there is no other.
//!
//! To remove a batch, something has to be written first. On a disk that is full to the last byte that would never be
//! possible again, and the spool would be stuck although everything in it was delivered. So a file of no use stands
//! beside it, which makes room when it goes.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::aside::{self, with_suffix};

/// Enough to write a whole log back into the file, and then to begin a new one.
const BYTES: u64 = 5 << 18;

/// Makes the file, if there is none and the disk has room. Returns whether it exists.
pub(crate) fn keep(spool: &Path) -> bool {
    let path = path(spool);
    if aside::length(&path) == Some(BYTES) {
        return true;
    }
    let is_kept = write(&path).is_ok();
    if !is_kept {
        // The room is better used by batches.
        let _ = fs::remove_file(path);
    }
    is_kept
}

/// Removes the file. Returns whether that made room.
pub(crate) fn give_up(spool: &Path) -> bool {
    fs::remove_file(path(spool)).is_ok()
}

fn path(spool: &Path) -> PathBuf {
    with_suffix(spool, ".reserve")
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    io::copy(&mut io::repeat(0x5a).take(BYTES), &mut file)?;
    // A disk that promises room may still find that it has none.
    file.sync_data()
}
