//! The programs that faults are tried on, beside the two that stand for all.

use std::sync::atomic::{AtomicBool, Ordering};

use testkit::Requirement;

use crate::affected;
use crate::workspace;

/// The program whose faults are always tried; a change that reaches it in the same way is proven by it.
const REFERENCE: &str = "openweather-current";

static ALL: AtomicBool = AtomicBool::new(false);

/// Tries faults on every program from now on.
pub(super) fn try_all() {
    ALL.store(true, Ordering::Relaxed);
}

/// The programs, as the variable `TESTKIT_FAULTS` takes them.
pub(super) fn programs() -> String {
    if ALL.load(Ordering::Relaxed) {
        return "all".to_owned();
    }
    // Without a history there is nothing to compare with.
    let affected = base().and_then(|base| affected::since(&base).ok());
    affected.map(|affected| beside_reference(affected.reasons())).unwrap_or_default()
}

/// Programs that a change reaches for another reason than the reference.
fn beside_reference<'a>(reasons: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let reasons: Vec<_> = reasons.collect();
    let of_reference = reasons.iter().find(|(name, _)| *name == REFERENCE).map(|(_, reason)| *reason);
    let own = reasons.iter().filter(|(_, reason)| Some(*reason) != of_reference);
    own.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

/// The base of the present work: the commit at which the branch left main, or the one before it on main.
fn base() -> Option<String> {
    let head = git(&["rev-parse", "HEAD"])?;
    let mut mains = ["origin/main", "main"].into_iter();
    let base = mains.find_map(|main| git(&["merge-base", "HEAD", main]))?;
    if base == head { git(&["rev-parse", "HEAD^"]) } else { Some(base) }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Requirement::Git.command().ok()?.current_dir(workspace::root()).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_reaches_the_reference_is_proven_by_it() {
        let reasons = [("openweather-current", "crates/runner"), ("nws-hourly-forecast", "crates/runner")];
        assert_eq!(beside_reference(reasons.into_iter()), "");
    }

    #[test]
    fn a_program_that_changed_by_itself_has_its_own_faults() {
        let reasons = [("openweather-current", "crates/runner"), ("watchdog", "pipelines/watchdog")];
        assert_eq!(beside_reference(reasons.into_iter()), "watchdog");
        assert_eq!(beside_reference([("watchdog", "pipelines/watchdog")].into_iter()), "watchdog");
    }
}
