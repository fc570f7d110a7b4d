//! The accessibility checker axe-core, from the npm registry.
//!
//! Source: <https://github.com/dequelabs/axe-core>.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use testkit::Requirement;
use testkit::servers::Missing;

const VERSION: &str = "4.10.3";

/// The script, downloaded once into the build folder.
pub fn script() -> Result<&'static str, Missing> {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    if let Some(script) = SCRIPT.get() {
        return Ok(script);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-core-{VERSION}"));
    let file = folder.join("node_modules/axe-core/axe.min.js");
    if !file.exists() {
        fetch(&folder)?;
    }
    Ok(SCRIPT.get_or_init(|| std::fs::read_to_string(file).unwrap()))
}

fn fetch(folder: &Path) -> Result<(), Missing> {
    std::fs::create_dir_all(folder).unwrap();
    let package = format!("axe-core@{VERSION}");
    let output = Requirement::Npm
        .command()?
        .args([
            "install",
            "--no-save",
            "--no-package-lock",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefix",
        ])
        .arg(folder)
        .arg(package)
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(Missing::NotInstalled(Requirement::Npm)),
    }
}
