//! Programs that checks and tests need: found on this machine, or installed where that is allowed.

pub(super) mod apt;
mod cargo;
mod npm;
mod python;
mod unpacked;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Requirement;
use testkit::requirement::{COMPLETE, Origin};

use super::progress::{Ended, Progress};

/// Installs missing programs and the requirements of their installation. A failure does not stop the others.
///
/// # Errors
/// Fails if programs are still missing; the text has their names and the reasons.
pub(super) fn ensure(needed: &[Requirement], progress: &mut Progress) -> Result<(), String> {
    let missing = missing(needed);
    let tools = missing.iter().flat_map(|it| it.origin().needs());
    let of_debian: Vec<_> = missing.iter().chain(tools).copied().filter(|it| is_absent(*it)).collect();
    let mut refusals = Vec::new();
    refusals.extend(install_packages(&of_debian, progress).err());
    for requirement in missing.iter().filter(|it| !matches!(it.origin(), Origin::Debian(_))) {
        let refusal = install(*requirement, progress).err();
        refusals.extend(refusal.map(|reason| format!("{}: {reason}", requirement.program())));
    }
    let missing = self::missing(needed);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|it| it.program()).collect();
    Err(format!("not installed: {}; {}", names.join(", "), refusals.join("; ")))
}

/// The path of a program, installed if it is not there yet: for commands that are no part of the checks.
///
/// # Errors
/// Fails if it cannot be installed; the text has the reason.
pub(crate) fn provide(requirement: Requirement) -> Result<PathBuf, String> {
    ensure(&[requirement], &mut Progress::begin("install"))?;
    requirement.find().map_err(|missing| missing.to_string())
}

fn missing(needed: &[Requirement]) -> Vec<Requirement> {
    needed.iter().copied().filter(|it| is_absent(*it)).collect()
}

fn is_absent(requirement: Requirement) -> bool {
    requirement.find().is_err()
}

/// Installs Debian's packages of these.
fn install_packages(missing: &[Requirement], progress: &mut Progress) -> Result<(), String> {
    let mut packages: Vec<_> = missing.iter().copied().flat_map(debian_packages).collect();
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    if !apt::is_allowed() {
        return Err(format!("to install it: {}", apt::by_hand(&packages)));
    }
    progress.say(&format!("installing {}", packages.join(", ")));
    apt::install(&packages, progress)
}

/// Debian's packages of a program.
pub(crate) fn debian_packages(requirement: Requirement) -> impl Iterator<Item = &'static str> {
    let packages = match requirement.origin() {
        Origin::Debian(packages) => packages,
        _ => "",
    };
    packages.split_whitespace()
}

/// Installs a program that is none of Debian's into its folder.
fn install(requirement: Requirement, progress: &mut Progress) -> Result<(), String> {
    let folder = requirement.folder().ok_or("there is no home for a cache")?;
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    // Two calls at once wait for each other, and the second one finds what the first has made.
    let lock = File::create(folder.join("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if folder.join(COMPLETE).is_file() {
        return Ok(());
    }
    progress.say(&format!("installing {}, once", requirement.program()));
    match requirement.origin() {
        // Installed by the package manager.
        Origin::Debian(_) => return Ok(()),
        Origin::Unpacked(package) => unpacked::install(package, &folder, progress)?,
        Origin::Python(pins) => python::install(pins, &folder, progress)?,
        Origin::Npm(package) => npm::install(package, &folder, progress)?,
        Origin::Cargo(package) => cargo::install(package, &folder, progress)?,
    }
    fs::write(folder.join(COMPLETE), "").map_err(failed)
}

/// Runs a command of an installation.
fn run(command: Command, progress: &mut Progress) -> Result<(), String> {
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(reason(&ended)),
        Err(error) => Err(error.to_string()),
    }
}

/// The first line with an error, which later lines repeat; else the last line.
fn reason(ended: &Ended) -> String {
    let mut lines = ended.output.lines();
    lines
        .find(|line| line.to_lowercase().starts_with("error"))
        .unwrap_or_else(|| ended.last_line())
        .to_owned()
}

/// Removes what an interrupted installation has left.
fn clear(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}
