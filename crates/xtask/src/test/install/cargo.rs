//! Programs that only their authors' sources bring, compiled by cargo.

use std::path::Path;

use super::{clear, run};
use crate::test::progress::Progress;
use crate::workspace;

/// Compiles a program in the `dev` profile: it runs for a moment, and takes long to build.
pub(super) fn install(package: &str, folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let build = folder.join("build");
    let mut cargo = workspace::cargo();
    cargo.args(["install", "--locked", "--debug", "--quiet", "--force", "--root"]).arg(folder);
    cargo.arg("--target-dir").arg(&build).arg(package);
    run(cargo, progress)?;
    // Nobody needs it again.
    clear(&build)
}
