//! A disk that is soon full. It needs root.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::Missing;
use crate::Requirement;

/// A small file system in memory (`tmpfs(5)`), mounted on a fresh folder.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts a file system of this size.
    ///
    /// # Errors
    /// This process may not mount one.
    pub fn of(kibibytes: u32) -> Result<Self, Missing> {
        let folder = TempDir::with_prefix("disk-").map_err(Missing::because("mount"))?;
        let size = format!("size={kibibytes}k");
        let mut mount = Requirement::Mount.command()?;
        let is_mounted = run(mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()));
        let missing = Missing::NotPermitted { what: "a file system in memory" };
        if is_mounted { Ok(Self { folder }) } else { Err(missing) }
    }

    /// Mount point.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A machine without `umount` has no `mount` either, so nothing was mounted.
        if let Ok(mut umount) = Requirement::Umount.command() {
            run(umount.arg("--lazy").arg(self.folder.path()));
        }
    }
}

fn run(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
