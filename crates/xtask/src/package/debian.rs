//! Packing by `dpkg-deb`, which every Debian and its like has.

use std::path::Path;

use commands::Essential;

use super::tree::Tree;
use crate::image::Origin;

const PROGRAM: &str = "dpkg-deb";

/// Whether packages can be packed here.
///
/// # Errors
/// The program is missing; the text says which package brings it.
pub(super) fn is_there() -> Result<(), String> {
    match Essential::DpkgDeb.command().arg("--version").output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(format!(
            "{PROGRAM} is missing; on systems other than Debian and Ubuntu the package is called dpkg"
        )),
    }
}

/// Packs a tree, with the time of the commit in place of the clock: the same tree makes the same bytes.
pub(super) fn build(tree: &Tree, archive: &Path, origin: &Origin) -> Result<(), String> {
    let folder = tempfile::TempDir::with_prefix("package-").map_err(|error| error.to_string())?;
    tree.write(folder.path()).map_err(|error| format!("{}: {error}", folder.path().display()))?;
    let mut command = Essential::DpkgDeb.command();
    // gzip is read by every version of dpkg; the program inside is small.
    command.args(["--root-owner-group", "-Zgzip", "--build"]).arg(folder.path()).arg(archive);
    command.env("SOURCE_DATE_EPOCH", origin.created.as_second().to_string());
    let output = command.output().map_err(|error| format!("{PROGRAM}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{PROGRAM}: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
