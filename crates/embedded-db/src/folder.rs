//! Folders that are still there after a power loss.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::Error;

/// Creates the folders above `path` that are missing, durably.
///
/// SQLite syncs the folder its file is in, but a folder that was just made is itself an entry that can be lost.
pub fn create_parents(path: &Path) -> Result<(), Error> {
    path.parent().map_or(Ok(()), create).map_err(|error| Error::from_io(path, error))
}

fn create(folder: &Path) -> io::Result<()> {
    // The parent of a bare file name is the empty path, which stands for the working directory.
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    create(above)?;
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync(above),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
