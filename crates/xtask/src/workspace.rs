//! The workspace: its folder and its programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::simulator::Simulator;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // Cargo says where this crate is now; the workspace may have been moved since it was built.
    let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = now.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    // It lies at `crates/xtask`.
    package.ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// A program that ships.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    /// Name of its folder, its package and the program.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

/// The folders with the programs that ship, one folder below for each: jobs, devices, services.
pub(crate) const PROGRAMS: [&str; 3] = ["pipelines", "iot", "services"];

/// All programs that ship: the pipelines, then the devices, then the services, each sorted by name.
pub(crate) fn programs() -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for folder in PROGRAMS {
        programs.extend(programs_in(&root().join(folder))?);
    }
    Ok(programs)
}

/// The simulator of this name, where it is a program of its own.
pub(crate) fn simulator(name: &str) -> Option<Simulator> {
    Simulator::find(&root(), name)
}

fn programs_in(folder: &Path) -> Result<Vec<Program>, String> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", folder.display())),
    };
    let folders = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let folders = folders.filter(|folder| folder.join("Cargo.toml").is_file());
    let program = |folder: PathBuf| Some(Program { name: folder.file_name()?.to_str()?.to_owned(), folder });
    let mut programs: Vec<_> = folders.filter_map(program).collect();
    programs.sort();
    Ok(programs)
}

/// A cargo command of the toolchain that runs this program, in the workspace.
pub(crate) fn cargo() -> Command {
    let mut cargo = commands::cargo();
    cargo.current_dir(root());
    without_package(&mut cargo);
    cargo
}

/// Removes the variables that describe this package from the environment of a command.
///
/// Build scripts watch these variables. Handed on, they would make each command rebuild what the one before it has
/// built.
pub(crate) fn without_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| DESCRIBES_PACKAGE.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
}

/// This program, to call it again.
///
/// A build of its tests may have replaced the file meanwhile. Linux then appends ` (deleted)` to the path.
pub(crate) fn program() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    Ok(in_its_place(program))
}

fn in_its_place(program: PathBuf) -> PathBuf {
    let there = program.to_str().and_then(|path| path.strip_suffix(" (deleted)")).map(PathBuf::from);
    there.unwrap_or(program)
}

/// The folder that cargo builds into.
pub(crate) fn target() -> Result<PathBuf, String> {
    // It lies in the folder of its profile.
    Ok(program()?.ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf))
}

/// The folder of cargo's own files, such as the sources of dependencies.
pub(crate) fn cargo_home() -> Result<PathBuf, String> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo"));
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home);
    cargo_home.ok_or_else(|| "neither CARGO_HOME nor HOME is set".to_owned())
}

/// The folder for installed tools and other files that outlive a checkout.
pub(crate) fn cache() -> Result<PathBuf, String> {
    testkit::requirement::cache().ok_or_else(|| "there is no home for a cache".to_owned())
}

/// Prefixes of the variables that cargo sets for a program it runs. Source:
/// <https://doc.rust-lang.org/cargo/reference/environment-variables.html>.
const DESCRIBES_PACKAGE: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_built_again_is_found_in_its_place() {
        assert_eq!(in_its_place("/t/debug/xtask (deleted)".into()), Path::new("/t/debug/xtask"));
        assert_eq!(in_its_place("/t/debug/xtask".into()), Path::new("/t/debug/xtask"));
    }
}
