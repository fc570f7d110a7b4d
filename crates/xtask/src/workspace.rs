//! The workspace: where it is, and which programs it holds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // This crate lies at `crates/xtask`.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The names of all pipelines: the folders of `pipelines`, sorted.
pub(crate) fn pipelines() -> Result<Vec<String>, String> {
    let folder = root().join("pipelines");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let is_program = |path: &PathBuf| path.join("Cargo.toml").is_file();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_program);
    let mut names: Vec<_> = paths.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

/// A cargo command of the toolchain that runs this program, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}
