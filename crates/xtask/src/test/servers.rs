//! Check and installation of everything that tests run against.

use std::sync::atomic::{AtomicBool, Ordering};

use testkit::Requirement;
use testkit::servers::Missing;

use super::progress::Progress;
use super::step::Outcome;
use super::{images, install, trials};

static ALL: AtomicBool = AtomicBool::new(false);

/// Installs and tries what only `--all` needs as well.
pub(super) fn need_all() {
    ALL.store(true, Ordering::Relaxed);
}

/// Installs every requirement that is missing if it may, and tries each.
pub(super) fn prepare(progress: &mut Progress) -> Outcome {
    let engine = images::requirements();
    let all = ALL.load(Ordering::Relaxed);
    let is_needed = |it: &Requirement| {
        (!images::ENGINE.contains(it) || engine.contains(it)) && (all || !it.is_for_all_steps())
    };
    let needed: Vec<_> = Requirement::ALL.into_iter().filter(is_needed).collect();
    let refusal = install::ensure(&needed, progress).err();
    let troubles: Vec<_> = needed.into_iter().filter_map(|it| trials::attempt(it).err()).collect();
    outcome(&troubles, refusal)
}

/// A missing server skips tests; an installed one that does not start fails them.
fn outcome(troubles: &[Missing], refusal: Option<String>) -> Outcome {
    let reasons = troubles.iter().map(ToString::to_string).chain(refusal).collect::<Vec<_>>();
    if reasons.is_empty() {
        Outcome::Passed
    } else if troubles.iter().all(Missing::is_absent) {
        Outcome::Skipped(reasons)
    } else {
        Outcome::Failed(format!("{}\n", reasons.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Missing = Missing::NotInstalled(Requirement::Postgres);

    #[test]
    fn a_server_that_is_not_there_skips() {
        let Outcome::Skipped(reasons) = outcome(&[ABSENT], Some("apt-get: no network".to_owned())) else {
            panic!()
        };
        assert_eq!(reasons, ["postgres is not installed (Debian package postgresql)", "apt-get: no network"]);
    }

    #[test]
    fn a_server_that_does_not_start_fails() {
        let broken = Missing::DidNotStart { program: "influxd", reason: "no room".to_owned() };
        assert!(matches!(outcome(&[ABSENT, broken], None), Outcome::Failed(_)));
    }

    #[test]
    fn a_machine_with_everything_passes() {
        assert!(matches!(outcome(&[], None), Outcome::Passed));
    }
}
