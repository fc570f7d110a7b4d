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

/// The line with which cargo says why, rather than the last one, which says what to try.
fn reason(ended: &Ended) -> &str {
    let error = ended.output.lines().find(|line| line.starts_with("error"));
    error.unwrap_or_else(|| ended.last_line())
}

/// `0.20.2` from `cargo-deny 0.20.2`; nothing if the program is not there.
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().strip_prefix("cargo-deny ")?.to_owned())
}

/// Whether it differs from ours at most in the patch.
fn is_suitable(version: &str) -> bool {
    let without_patch = |version: &str| version.rsplit_once('.').map(|(version, _)| version.to_owned());
    without_patch(version) == without_patch(VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_patch_is_suitable_and_another_minor_is_not() {
        assert!(is_suitable(VERSION) && is_suitable("0.20.9"));
        assert!(!is_suitable("0.19.0") && !is_suitable("0.2.20") && !is_suitable(""));
    }

    #[test]
    fn a_program_that_is_not_there_has_no_version() {
        assert_eq!(version(Path::new("no-such-program")), None);
    }

    #[test]
    fn the_reason_is_the_line_of_the_error() {
        let output = "    Updating index\nerror: no network\nnote: try again\n".to_owned();
        assert_eq!(reason(&Ended { is_ok: false, output }), "error: no network");
    }
}
