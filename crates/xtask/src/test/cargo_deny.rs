//! The policy on dependencies, held by cargo-deny, which is installed below the target folder if it is not there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::progress::{Ended, Progress};
use super::step::Outcome;
use super::steps;
use crate::workspace;

/// What is installed; another patch of the same version, found in `PATH`, serves as well.
const VERSION: &str = "0.20.2";

/// Licenses, sources, banned and doubled crates: all that needs no database.
pub(super) fn policy(progress: &mut Progress) -> Outcome {
    check(&["bans", "licenses", "sources"], progress)
}

/// Known faults of dependencies. Their database is fetched with git.
pub(super) fn advisories(progress: &mut Progress) -> Outcome {
    check(&["advisories"], progress)
}

fn check(what: &[&str], progress: &mut Progress) -> Outcome {
    let mut command = match program(progress) {
        Ok(program) => Command::new(program),
        Err(reason) => return Outcome::Skipped(vec![format!("dependencies, since {reason}")]),
    };
    // A policy may name what is not there now; a line for each would hide what is wrong.
    command.current_dir(workspace::root()).args(["--log-level", "error", "check"]).args(what);
    steps::watch(progress, command)
}

/// The path of a cargo-deny of the right version.
fn program(progress: &mut Progress) -> Result<PathBuf, String> {
    let tools = workspace::target()?.join("tools");
    let own = tools.join("bin/cargo-deny");
    for program in [Path::new("cargo-deny"), &own] {
        if version(program).is_some_and(|version| is_suitable(&version)) {
            return Ok(program.to_owned());
        }
    }
    progress.say(&format!("installing cargo-deny {VERSION}, once"));
    install(&tools, progress)?;
    Ok(own)
}

/// The `dev` profile, since what takes long is the build, not the check.
fn install(tools: &Path, progress: &mut Progress) -> Result<(), String> {
    let build = tools.join("build");
    let mut command = workspace::cargo();
    command.args(["install", "--locked", "--debug", "--root"]).arg(tools).arg("--target-dir").arg(&build);
    command.arg(format!("cargo-deny@{VERSION}"));
    let ended = progress.watch(command).map_err(|error| error.to_string())?;
    // Half a gigabyte that nobody needs again.
    let _ = fs::remove_dir_all(build);
    if ended.is_ok { Ok(()) } else { Err(format!("cargo-deny cannot be installed: {}", reason(&ended))) }
}
