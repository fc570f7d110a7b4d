//! Incidents from first failure to recovery.

use alert_engine::{Decision, Failure, Incident, Observation, Severity, after_sending, observe};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn run(hour: i64, works: bool) -> Observation {
    let started = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
    let failure = Failure { stage: "extract".into(), error: "nws points: no answer".into(), exit: 75 };
    Observation {
        program: "nws-hourly-forecast".into(),
        run: format!("run-{hour}"),
        started,
        ended: started + SignedDuration::from_secs(60),
        failure: (!works).then_some(failure),
    }
}

/// Observes a run as a program does, with a channel that takes messages or not; what was said, and what is remembered.
fn next(known: Option<Incident>, run: &Observation, delivers: bool) -> (Option<Severity>, Option<Incident>) {
    let decision = observe(known.as_ref(), run);
    match (decision.message, decision.incident) {
        (Some(message), Some(claimed)) => {
            (delivers.then_some(message.severity), after_sending(&claimed, run, delivers))
        }
        (_, incident) => (None, incident),
    }
}

#[test]
fn a_night_of_failures_is_told_once_and_so_is_its_end() {
    let mut known = None;
    let mut said = Vec::new();
    for (hour, works) in [true, false, false, false, true, true].into_iter().enumerate() {
        let (message, incident) = next(known, &run(i64::try_from(hour).unwrap(), works), true);
        said.extend(message);
        known = incident;
    }
    assert_eq!(said, [Severity::Critical, Severity::Resolved]);
    assert_eq!(known, None);
}

#[test]
fn the_messages_say_what_since_when_and_for_how_long() {
    let failed = observe(None, &run(14, false)).message.unwrap();
    assert_eq!(failed.title, "nws-hourly-forecast failed at extract");
    assert_eq!(failed.detail, "nws points: no answer");
    let context = "failing since 1970-01-01 14:00 UTC · exit 75, a later run may work · run run-14";
    assert_eq!(failed.context, context);
    let (_, known) = next(None, &run(14, false), true);
    let again = observe(known.as_ref(), &run(17, true)).message.unwrap();
    assert_eq!(again.title, "nws-hourly-forecast works again after 3 h 1 min");
    assert_eq!(again.context, "1 run failed since 1970-01-01 14:00 UTC · run run-17");
}

#[test]
fn a_message_that_another_run_is_sending_is_left_to_it() {
    let first = observe(None, &run(1, false));
    let Decision { incident, message } =
        observe(first.incident.as_ref(), &Observation { run: "twin".into(), ..run(1, false) });
    assert_eq!((message, incident.unwrap().failures), (None, 2));
}

#[test]
fn a_claim_left_by_a_dead_run_expires() {
    let dead = observe(None, &run(1, false)).incident;
    assert!(observe(dead.as_ref(), &run(2, false)).message.is_some());
}

#[test]
fn what_could_not_be_said_is_said_by_a_later_run() {
    let (said, known) = next(None, &run(1, false), false);
    assert_eq!(said, None);
    let (said, known) = next(known, &run(2, false), true);
    assert_eq!(said, Some(Severity::Critical));
    let (said, known) = next(known, &run(3, true), false);
    assert_eq!(said, None);
    assert_eq!(next(known, &run(4, true), true), (Some(Severity::Resolved), None));
}

#[test]
fn of_two_runs_at_once_the_first_to_look_speaks() {
    let (first, mut second) = (run(1, false), run(1, false));
    second.run = "another".into();
    // It ended before the other, and looks after it.
    second.ended = first.ended - SignedDuration::from_millis(9);
    let claimed = observe(None, &first).incident;
    assert_eq!(observe(claimed.as_ref(), &second).message, None);
}

#[test]
fn what_another_run_noted_while_a_message_was_sent_stays() {
    let mut other = run(1, false);
    other.run = "another".into();
    let claimed = observe(None, &run(1, false)).incident.unwrap();
    let noted = observe(Some(&claimed), &other).incident.unwrap();
    let told = after_sending(&noted, &run(1, false), true).unwrap();
    assert_eq!((told.failures, told.told, &told.claim), (2, true, &None));
    assert_eq!(next(Some(told), &run(2, true), true), (Some(Severity::Resolved), None));
}

#[test]
fn a_failure_while_a_recovery_is_told_is_told_by_the_next() {
    let (said, known) = next(None, &run(1, false), true);
    assert_eq!(said, Some(Severity::Critical));
    let recovering = observe(known.as_ref(), &run(2, true)).incident.unwrap();
    let mut other = run(2, false);
    other.run = "another".into();
    let failing = observe(Some(&recovering), &other).incident.unwrap();
    let known = after_sending(&failing, &run(2, true), true);
    assert_eq!(next(known, &run(3, false), true).0, Some(Severity::Critical));
}

proptest! {
    #[test]
    fn every_failure_told_has_one_recovery_and_nothing_is_said_twice(
        runs in proptest::collection::vec((any::<bool>(), any::<bool>()), 0..60),
    ) {
        let mut known = None;
        let mut said = Vec::new();
        let hours = 0..;
        for (hour, (works, delivers)) in hours.zip(runs) {
            let (message, incident) = next(known, &run(hour, works), delivers);
            said.extend(message);
            known = incident;
        }
        // Two runs that work and deliver end whatever is going on.
        let (message, rest) = next(known, &run(1000, true), true);
        said.extend(message);
        prop_assert_eq!(rest, None);
        // A recovery may stand alone, where the failure before it could not be told; a failure never does.
        for pair in said.windows(2) {
            prop_assert!(pair[0] != Severity::Critical || pair[1] == Severity::Resolved, "{said:?}");
        }
        prop_assert_ne!(said.last(), Some(&Severity::Critical));
    }

    #[test]
    fn an_incident_comes_back_from_its_text(failures in any::<u32>(), told in any::<bool>(), recovered in any::<bool>()) {
        let incident = Incident { since: Timestamp::UNIX_EPOCH, failures, told, recovered, claim: None };
        let text = serde_json::to_string(&incident).unwrap();
        prop_assert_eq!(serde_json::from_str::<Incident>(&text).unwrap(), incident);
    }
}
