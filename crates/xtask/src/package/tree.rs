//! The files of a package before they are packed: paths, contents, modes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::image::Origin;

/// Mode of a file that is run.
pub(super) const EXECUTABLE: u32 = 0o755;
/// Mode of a file that is read.
pub(super) const READABLE: u32 = 0o644;

/// Files by their path below the root, without a leading slash.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, (u32, Vec<u8>)>,
}

impl Tree {
    /// Adds a file; an earlier one of the same path is replaced.
    pub(super) fn add(&mut self, path: impl Into<String>, mode: u32, content: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), (mode, content.into()));
    }

    /// The paths, sorted.
    #[cfg(test)]
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The text of a file.
    #[cfg(test)]
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(&self.files.get(path)?.1).ok()
    }

    /// Size of the files on a disk in KiB, as Debian's `Installed-Size` counts it.
    pub(super) fn kibibytes(&self) -> usize {
        self.files.values().map(|(_, content)| content.len().div_ceil(1024)).sum()
    }

    /// Packs the files into a compressed archive, below a folder `stem`, with the time of the commit for each.
    pub(super) fn pack(&self, stem: &str, origin: &Origin) -> io::Result<Vec<u8>> {
        let time = u64::try_from(origin.created.as_second()).unwrap_or(0);
        let encoder = GzBuilder::new().write(Vec::new(), Compression::best());
        let mut archive = tar::Builder::new(encoder);
        for (path, (mode, content)) in &self.files {
            let mut header = tar::Header::new_gnu();
            header.set_mode(*mode);
            header.set_mtime(time);
            header.set_size(content.len().try_into().map_err(io::Error::other)?);
            archive.append_data(&mut header, format!("{stem}/{path}"), content.as_slice())?;
        }
        archive.into_inner()?.finish()
    }

    /// Writes the files below a folder.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, (mode, content)) in &self.files {
            let path = folder.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&path, content)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(*mode))?;
        }
        set_folder_modes(folder)
    }
}

/// Gives every folder the same mode, with any umask.
fn set_folder_modes(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(EXECUTABLE))?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            set_folder_modes(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_modes_and_folders_are_open_to_all() {
        let folder = tempfile::tempdir().unwrap();
        let mut tree = Tree::default();
        tree.add("usr/bin/tides", EXECUTABLE, "program");
        tree.add("usr/share/doc/tides/copyright", READABLE, "text");
        tree.write(folder.path()).unwrap();
        let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode("usr/bin"), mode("usr/bin/tides")], [0o755, 0o755]);
        assert_eq!(mode("usr/share/doc/tides/copyright"), 0o644);
        assert_eq!(tree.kibibytes(), 2);
    }
}
