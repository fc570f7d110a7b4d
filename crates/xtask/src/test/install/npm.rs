//! Packages of the npm registry at pinned versions, in a folder of their own.

use std::path::Path;

use testkit::Requirement;

use super::{clear, run};
use crate::test::progress::Progress;

/// Installs a package into `node_modules` of the folder.
pub(super) fn install(package: &str, folder: &Path, progress: &mut Progress) -> Result<(), String> {
    clear(&folder.join("node_modules"))?;
    let mut npm = Requirement::Npm.command().map_err(|missing| missing.to_string())?;
    // No package needs its install scripts.
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(folder).arg(package);
    run(npm, progress).map_err(|reason| format!("npm: {reason}"))
}
