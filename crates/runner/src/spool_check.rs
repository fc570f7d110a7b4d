//! The line of `--check` about the spool: whether it could take a batch. Nothing is written to it.

use std::io::{Error, ErrorKind};
use std::path::Path;

use fault::Fault as _;
use rustix::fs::{Access, access};

use crate::Exit;
use crate::spool_backend::SpoolBackend;

/// Looks at a spool: at the permissions of a file and its folder, or at the list of batches in a bucket or database.
pub(crate) async fn check(spool: &SpoolBackend) -> Result<String, (Exit, String)> {
    let place = spool.place();
    match spool {
        SpoolBackend::File(file) => match writable(file.path()) {
            Ok(()) => Ok(format!("{place} can be written")),
            Err(error) => Err((Exit::Configuration, format!("{place} cannot be written: {error}"))),
        },
        SpoolBackend::Remote(_) => match spool.load().await {
            Ok(()) => Ok(format!("{place} can be read")),
            Err(error) => Err((error.kind().into(), fault::chain(&error))),
        },
    }
}

/// Whether a file can be written, or made where there is none yet, with its folders.
fn writable(path: &Path) -> Result<(), Error> {
    if path.exists() {
        access(path, Access::READ_OK | Access::WRITE_OK)?;
    }
    let folder = path.ancestors().skip(1).map(or_current).find(|folder| folder.exists());
    let Some(folder) = folder else { return Err(ErrorKind::NotFound.into()) };
    if !folder.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// The folder that a path without one is in.
fn or_current(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_that_can_be_made_will_do_and_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        writable(&folder.path().join("data/spool/a.db")).unwrap();
        assert!(!folder.path().join("data").exists());
        writable(Path::new("a.db")).unwrap();
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("data"), "in the way").unwrap();
        let error = writable(&folder.path().join("data/spool/a.db")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotADirectory);
    }
}
