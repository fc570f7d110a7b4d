//! The policy on dependencies, held by cargo-deny.

use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use super::steps;
use crate::workspace;

/// Licenses, sources, banned and doubled crates: all that needs no database.
pub(super) fn policy(progress: &mut Progress) -> Outcome {
    check(&["bans", "licenses", "sources"], progress)
}

/// Known faults of dependencies. Their database is fetched with git.
pub(super) fn advisories(progress: &mut Progress) -> Outcome {
    check(&["advisories"], progress)
}

fn check(what: &[&str], progress: &mut Progress) -> Outcome {
    let installed = install::ensure(&[Requirement::CargoDeny], progress);
    let command = installed.and_then(|()| Requirement::CargoDeny.command().map_err(|it| it.to_string()));
    let mut command = match command {
        Ok(command) => command,
        Err(reason) => return Outcome::Skipped(vec![format!("dependencies, since {reason}")]),
    };
    // A policy may name what is not there now; a line for each would hide what is wrong.
    command.current_dir(workspace::root()).args(["--log-level", "error", "check"]).args(what);
    steps::watch(progress, command)
}
