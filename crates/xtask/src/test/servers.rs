//! Whether everything is there that tests run against, and how it gets there.

use testkit::Requirement;
use testkit::servers::{Influxdb, Missing, Mosquitto, Postgres, S3, VictoriaMetrics};

use super::progress::Progress;
use super::step::Outcome;
use super::{images, install};

/// Each server, started and stopped again: to start one is the surest way to know that it can be started.
const TRIALS: [fn() -> Result<(), Missing>; 5] = [
    || Postgres::start().map(drop),
    || Mosquitto::start().map(drop),
    || Influxdb::start().map(drop),
    || VictoriaMetrics::start().map(drop),
    || S3::start().map(drop),
];

/// Installs every requirement that is missing if it may, and tries every server.
pub(super) fn prepare(progress: &mut Progress) -> Outcome {
    let engine = images::requirements();
    let is_needed = |it: &Requirement| !images::ENGINE.contains(it) || engine.contains(it);
    let needed: Vec<_> = Requirement::ALL.into_iter().filter(is_needed).collect();
    let refusal = install::ensure(&needed, progress).err();
    outcome(&TRIALS.iter().filter_map(|start| start().err()).collect::<Vec<_>>(), refusal)
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
