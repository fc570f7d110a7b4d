//! Packages of the npm registry at pinned versions, in a folder of their own.

use std::fs;
use std::path::PathBuf;

use testkit::Requirement;

use super::install;
use super::progress::Progress;
use crate::workspace;

/// Lists what a folder holds; written last, so that an installation that was interrupted is none.
const RECORD: &str = "installed";

/// The folder whose `node_modules` holds these packages, each as in `name@1.2.3`.
///
/// # Errors
/// Why they cannot be installed, in a line.
pub(super) fn folder(name: &str, packages: &[&str], progress: &mut Progress) -> Result<PathBuf, String> {
    let folder = workspace::cache()?.join(format!("npm-{name}"));
    let record = packages.join("\n");
    if fs::read_to_string(folder.join(RECORD)).is_ok_and(|installed| installed == record) {
        return Ok(folder);
    }
    progress.say(&format!("installing {}, once", packages.join(", ")));
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let needed = [Requirement::Node, Requirement::Npm, Requirement::Git];
    install::ensure(&needed, progress)?;
    let mut npm = Requirement::Npm.command().map_err(|missing| missing.to_string())?;
    // No package needs its install scripts.
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder)
        .args(packages);
    let ended = progress.watch(npm).map_err(|error| error.to_string())?;
    if !ended.is_ok {
        return Err(format!("npm: {}", ended.last_line()));
    }
    fs::write(folder.join(RECORD), record).map_err(failed)?;
    Ok(folder)
}
