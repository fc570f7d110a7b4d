//! Whether the servers are there that tests need, and how they get there.

use testkit::servers::{Influxdb, Missing, Mosquitto, Postgres, VictoriaMetrics};

use super::apt;
use super::browser;
use super::progress::Progress;
use super::step::Outcome;

/// Each server, started and stopped again: to start one is the surest way to know that it can be started.
const TRIALS: [fn() -> Result<(), Missing>; 6] = [
    || Postgres::start().map(drop),
    || Mosquitto::start().map(drop),
    || Influxdb::start().map(drop),
    || VictoriaMetrics::start().map(drop),
    browser::driver,
    browser::npm,
];

/// Tries every server, and installs those that are not there if it may.
pub(super) fn prepare(progress: &mut Progress) -> Outcome {
    let before = troubles();
    let packages: Vec<_> = before.iter().filter_map(package).collect();
    if packages.is_empty() {
        return outcome(&before, None);
    }
    if !apt::is_allowed() {
        progress.say(&format!("to install what is missing: {}", apt::by_hand(&packages)));
        return outcome(&before, None);
    }
    progress.say(&format!("installing {}", packages.join(", ")));
    let refusal = apt::install(&packages, progress).err();
    outcome(&troubles(), refusal)
}

fn troubles() -> Vec<Missing> {
    TRIALS.iter().filter_map(|start| start().err()).collect()
}

/// The Debian package that is missing.
fn package(trouble: &Missing) -> Option<&'static str> {
    match trouble {
        Missing::NotInstalled { package, .. } => Some(package),
        Missing::DidNotStart { .. } => None,
    }
}

/// A server that is not there skips tests; one that is there and does not start makes them fail.
fn outcome(troubles: &[Missing], refusal: Option<String>) -> Outcome {
    let reasons = troubles.iter().map(ToString::to_string).chain(refusal).collect::<Vec<_>>();
    if troubles.is_empty() {
        Outcome::Passed
    } else if troubles.iter().all(|trouble| package(trouble).is_some()) {
        Outcome::Skipped(reasons)
    } else {
        Outcome::Failed(format!("{}\n", reasons.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Missing = Missing::NotInstalled { program: "postgres", package: "postgresql" };

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
    fn what_is_there_in_the_end_counts() {
        assert!(matches!(outcome(&[], Some("apt-get: no network".to_owned())), Outcome::Passed));
    }
}
