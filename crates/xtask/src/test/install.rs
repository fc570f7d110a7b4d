//! Programs that checks and tests need: found on this machine, or installed where that is allowed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use testkit::Requirement;
use testkit::requirement::{Origin, environment};

use super::apt;
use super::progress::Progress;
use super::venv::Venv;

/// Installs those that are missing.
///
/// # Errors
/// Which are missing all the same, and the command that a person can install them with.
pub(super) fn ensure(needed: &[Requirement], progress: &mut Progress) -> Result<(), String> {
    let missing = missing(needed);
    let packages = debian_packages(&missing);
    if !packages.is_empty() {
        if !apt::is_allowed() {
            let programs: Vec<_> = missing.iter().map(|it| it.program()).collect();
            let by_hand = apt::by_hand(&packages);
            return Err(format!("{} are not installed; to install them: {by_hand}", programs.join(", ")));
        }
        progress.say(&format!("installing {}", packages.join(", ")));
        apt::install(&packages, progress)?;
    }
    for requirement in missing {
        if let Origin::Python(pins) = requirement.origin() {
            install_python(requirement, pins, progress)?;
        }
    }
    match self::missing(needed).first() {
        Some(requirement) => Err(format!("{} is not there after its installation", requirement.program())),
        None => Ok(()),
    }
}

fn missing(needed: &[Requirement]) -> Vec<Requirement> {
    needed.iter().copied().filter(|requirement| requirement.find().is_err()).collect()
}

fn debian_packages(missing: &[Requirement]) -> Vec<&'static str> {
    let package = |requirement: &Requirement| match requirement.origin() {
        Origin::Debian(package) => Some(package),
        Origin::Python(_) => None,
    };
    let mut packages: Vec<_> = missing.iter().filter_map(package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// Installs the pins, and links to them where tests look.
fn install_python(
    requirement: Requirement,
    pins: &'static str,
    progress: &mut Progress,
) -> Result<(), String> {
    let packages = Venv::requirements(pins);
    let programs = Venv { name: requirement.program(), packages: &packages }.programs(progress)?;
    let link = environment(pins).ok_or("there is no home for a cache")?;
    let failed = |error: std::io::Error| format!("{}: {error}", link.display());
    fs::create_dir_all(link.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
    // A link that leads nowhere, from an environment that somebody has removed.
    let _ = fs::remove_file(&link);
    symlink(&programs, &link).map_err(failed)
}
