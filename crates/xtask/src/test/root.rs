//! Roots of a Debian, made once for each choice of packages and kept with other tools.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Output;

use commands::Essential;
use testkit::Requirement;

use super::install::apt;
use super::progress::Progress;
use crate::workspace;

/// A release with the essential packages, and these.
#[derive(Debug, Hash)]
pub(super) struct Root<'a> {
    pub(super) release: &'a str,
    /// With commas between them.
    pub(super) packages: &'a str,
}

impl Root<'_> {
    /// Unpacks the files into a folder.
    pub(super) fn unpack(&self, folder: &Path, progress: &mut Progress) -> Result<(), String> {
        let archive = self.archive(progress)?;
        let mut tar = Essential::Tar.command();
        tar.args(["--extract", "--numeric-owner", "--file"]).arg(&archive).arg("--directory").arg(folder);
        succeeded(tar.output(), "tar")
    }

    fn archive(&self, progress: &mut Progress) -> Result<PathBuf, String> {
        let cache = workspace::cache()?;
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        let name = format!("root-{}-{:016x}", self.release, hasher.finish());
        let archive = cache.join(format!("{name}.tar"));
        if archive.is_file() {
            return Ok(archive);
        }
        progress.say(&format!("installing a root of Debian {}, once", self.release));
        fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
        let unfinished = cache.join(format!("{name}.{}.tar", std::process::id()));
        let mut command = Requirement::Mmdebstrap.command().map_err(|missing| missing.to_string())?;
        command.args(["--quiet", "--variant=minbase", &format!("--include={}", self.packages), self.release]);
        // The archive that this machine uses. Without one, mmdebstrap takes Debian's, with its updates.
        command.arg(&unfinished).args(apt::mirror().filter(|mirror| !mirror.contains("deb.debian.org")));
        succeeded(command.output(), "mmdebstrap")?;
        fs::rename(&unfinished, &archive).map_err(|error| format!("{}: {error}", archive.display()))?;
        Ok(archive)
    }
}

fn succeeded(output: std::io::Result<Output>, program: &str) -> Result<(), String> {
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
