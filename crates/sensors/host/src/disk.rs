//! Used and free space of a file system.

use std::io;
use std::path::Path;

use crate::Error;

/// A file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// All there is.
    pub total: u64,
    /// Free space.
    pub free: u64,
    /// Space available to unprivileged programs.
    pub available: u64,
}

impl Disk {
    /// Used space.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.free)
    }

    /// Used part of the space for programs, 0 to 100 %, as in `df`.
    #[expect(clippy::cast_precision_loss, reason = "a percentage needs no sixteen digits")]
    pub fn utilization(&self) -> Option<f64> {
        let reachable = self.used().saturating_add(self.available);
        (reachable > 0).then(|| 100.0 * self.used() as f64 / reachable as f64)
    }
}

pub(crate) fn read(root: &Path, mount: &str) -> Result<Disk, Error> {
    let path = root.join(mount.trim_start_matches('/'));
    statvfs(&path).map_err(|source| Error::Disk { mount: mount.to_owned(), source })
}

#[cfg(unix)]
fn statvfs(path: &Path) -> io::Result<Disk> {
    let stats = rustix::fs::statvfs(path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stats.f_frsize);
    Ok(Disk { total: bytes(stats.f_blocks), free: bytes(stats.f_bfree), available: bytes(stats.f_bavail) })
}

#[cfg(not(unix))]
fn statvfs(_path: &Path) -> io::Result<Disk> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_reserved_by_the_system_count_as_neither_used_nor_free() {
        let disk = Disk { total: 100, free: 30, available: 20 };
        assert_eq!((disk.used(), disk.utilization()), (70, Some(100.0 * 70.0 / 90.0)));
        assert_eq!(Disk { total: 0, free: 0, available: 0 }.utilization(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_disk_is_found_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let disk = read(folder.path(), "/data").unwrap();
        assert!(disk.total > 0 && disk.free >= disk.available && disk.total >= disk.free);
        let error = read(folder.path(), "/gone").unwrap_err();
        assert_eq!(error.to_string(), "the disk at /gone cannot be read");
    }
}
