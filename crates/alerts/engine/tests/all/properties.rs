//! Properties that hold for every order of runs and readings.

use std::time::Duration;

use alert_engine::{Alert, AlertState, Hold, NotificationKind, SendOutcome, Verdict};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::alerts::{DAY, at, request, seen};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    /// Runs and readings in any order, on a channel that takes messages or not, with runs that die at any step.
    #[test]
    fn every_firing_has_one_resolution_and_nothing_is_sent_twice(
        steps in proptest::collection::vec((0..3_u8, 0..4_u8, 1..600_i64), 0..80),
        readings in 1..4_u32,
    ) {
        let mut known: Option<Alert> = None;
        let mut received: Vec<(NotificationKind, Timestamp)> = Vec::new();
        let mut minute = 0;
        let verdicts = [Verdict::Bad, Verdict::Between, Verdict::Good];
        // In the end it is good, twice, far apart, and everything arrives.
        let steps = steps.into_iter().chain([(2, 0, 600), (2, 0, 600)]);
        for (index, (verdict, ending, passed)) in steps.enumerate() {
            minute += passed;
            let observation = seen(verdicts[usize::from(verdict)], minute, Hold::Readings(readings));
            known = Alert::after(known, &observation);
            let Some(alert) = &mut known else { continue };
            let run = format!("run-{index}");
            let before = alert.clone();
            let notification = alert.claim("slack", true, request(&run, minute));
            match (notification, ending) {
                (None, _) => {}
                // The channel takes it.
                (Some(notification), 0) => {
                    received.push((notification.kind, at(minute)));
                    alert.settle("slack", &run, SendOutcome::Sent(None), at(minute));
                }
                // It certainly does not.
                (Some(_), 1) => alert.settle("slack", &run, SendOutcome::NotSent, at(minute)),
                // The run dies before the claim is kept.
                (Some(_), 2) => *alert = before,
                // The run dies after the message, which nobody notes.
                (Some(notification), _) => received.push((notification.kind, at(minute))),
            }
        }
        let mut is_firing = false;
        let mut last = Timestamp::MIN;
        for (event, when) in received {
            match event {
                NotificationKind::Firing => prop_assert!(!is_firing, "fires twice"),
                NotificationKind::Reminder => {
                    prop_assert!(is_firing, "a reminder of nothing");
                    prop_assert!(Duration::try_from(when - last).unwrap() >= DAY, "reminds too soon");
                }
                // A resolution is sent alone only where the firing could not be sent.
                NotificationKind::Resolved => {}
                NotificationKind::Occurred => prop_assert!(false, "a run is no event"),
            }
            is_firing = event != NotificationKind::Resolved;
            last = when;
        }
        prop_assert!(!is_firing, "no end");
        prop_assert!(known.is_none_or(|alert| alert.state == AlertState::Resolved && alert.channels.is_empty()));
    }

    #[test]
    fn an_alert_comes_back_from_its_text(verdicts in proptest::collection::vec(any::<bool>(), 1..30)) {
        let mut known = None;
        for (minute, is_bad) in (0..).zip(verdicts) {
            let verdict = if is_bad { Verdict::Bad } else { Verdict::Good };
            known = Alert::after(known, &seen(verdict, minute, Hold::Readings(2)));
            let text = serde_json::to_string(&known).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Option<Alert>>(&text).unwrap(), &known);
        }
    }
}
