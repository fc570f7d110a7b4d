//! Programs of other languages that check what this project writes: in exact versions, below the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::progress::Progress;
use crate::workspace;

/// Installs Python packages in a tenth of the time that pip takes.
const UV: &str = "uv==0.13.9";
/// Lists what an installation holds; written last, so that one that was interrupted is none.
const RECORD: &str = "installed";

/// The folder with the programs of Python packages, each given as `name==version`.
///
/// # Errors
/// Why they cannot be installed, for a person.
pub(super) fn python(name: &str, packages: &[&str], progress: &mut Progress) -> Result<PathBuf, String> {
    let folder = folder(name)?;
    let programs = folder.join("bin");
    if is_installed(&folder, packages) {
        return Ok(programs);
    }
    progress.say(&format!("installing {}", packages.join(", ")));
    remove(&folder)?;
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&folder);
    run(venv, progress)?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", UV]);
    run(pip, progress)?;
    let mut install = Command::new(programs.join("uv"));
    install.args(["pip", "install", "--quiet", "--python"]).arg(programs.join("python")).args(packages);
    run(install, progress)?;
    record(&folder, packages).map(|()| programs)
}

/// The folder in which `node_modules` holds npm packages, each given as `name@version`.
///
/// # Errors
/// Why they cannot be installed, for a person.
pub(super) fn npm(name: &str, packages: &[&str], progress: &mut Progress) -> Result<PathBuf, String> {
    let folder = folder(name)?;
    if is_installed(&folder, packages) {
        return Ok(folder);
    }
    progress.say(&format!("installing {}", packages.join(", ")));
    remove(&folder)?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut install = Command::new("npm");
    // What a package would run while it is installed is not needed by any of them.
    install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder);
    install.args(packages);
    run(install, progress)?;
    record(&folder, packages).map(|()| folder)
}

fn folder(name: &str) -> Result<PathBuf, String> {
    Ok(workspace::target()?.join("tools").join(name))
}

fn is_installed(folder: &Path, packages: &[&str]) -> bool {
    fs::read_to_string(folder.join(RECORD)).is_ok_and(|installed| installed == packages.join("\n"))
}

fn record(folder: &Path, packages: &[&str]) -> Result<(), String> {
    fs::write(folder.join(RECORD), packages.join("\n")).map_err(|error| error.to_string())
}

fn remove(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    Ok(())
}

fn run(command: Command, progress: &mut Progress) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(format!("{program}: {}", ended.last_line())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_for_exactly_these_packages() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path(), &["a==1"]));
        record(folder.path(), &["a==1", "b==2"]).unwrap();
        assert!(is_installed(folder.path(), &["a==1", "b==2"]));
        assert!(!is_installed(folder.path(), &["a==1", "b==3"]));
    }
}
