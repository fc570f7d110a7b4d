//! One alert out of two: what the state has, and what was kept elsewhere while the state was away.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use alert_engine::{
    Alert, AlertState, ClaimRequest, Hold, Links, Notification, NotificationKind, Observation, RunEnd,
    RunFailure, RunRule, SendOutcome, Severity,
};
use jiff::{SignedDuration, Timestamp};

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn run(minute: i64, works: bool, readings: u32) -> Observation {
    let rule = RunRule { hold: Hold::Readings(readings), severity: Severity::Critical, concern: None };
    let failure = RunFailure { stage: "load".into(), error: "no answer".into(), exit: 75 };
    let end = RunEnd {
        program: "nws".into(),
        run: format!("run-{minute}"),
        started: at(minute),
        ended: at(minute),
        failure: (!works).then_some(failure),
    };
    rule.observe(&end, &["load"], &Links::default()).remove(0)
}

fn tell(alert: &mut Alert, minute: i64, arrives: bool) -> Option<Notification> {
    let reminder = Some(Duration::from_hours(24));
    let said =
        alert.claim("slack", true, ClaimRequest { run: "run", now: at(minute), reminder, may_repeat: false });
    alert.settle(
        "slack",
        "run",
        if arrives { SendOutcome::Sent(None) } else { SendOutcome::NotSent },
        at(minute),
    );
    said
}

/// An alert that fails at `from`, and works at `until` if that is given, told each time.
fn fired(from: i64, until: Option<i64>) -> Alert {
    let mut alert = Alert::after(None, &run(from, false, 1)).unwrap();
    tell(&mut alert, from, true).unwrap();
    if let Some(until) = until {
        alert = Alert::after(Some(alert), &run(until, true, 1)).unwrap();
        tell(&mut alert, until, true).unwrap();
    }
    alert
}

fn event(said: Option<Notification>) -> Option<NotificationKind> {
    said.map(|said| said.kind)
}

#[test]
fn what_fires_in_both_goes_on_and_ends_once() {
    let alert = fired(0, None).merge(fired(60, None));
    assert_eq!((alert.state, alert.since, alert.count), (AlertState::Firing, at(0), 2));
    let mut alert = Alert::after(Some(alert), &run(120, true, 1)).unwrap();
    assert_eq!(event(tell(&mut alert, 120, true)), Some(NotificationKind::Resolved));
    assert_eq!(tell(&mut alert, 121, true), None);
}

#[test]
fn what_began_elsewhere_after_an_earlier_end_ends_here() {
    let alert = fired(0, Some(60)).merge(fired(120, None));
    assert_eq!((alert.state, alert.since, alert.past.len()), (AlertState::Firing, at(120), 1));
    let mut alert = Alert::after(Some(alert), &run(180, true, 1)).unwrap();
    assert_eq!(event(tell(&mut alert, 180, true)), Some(NotificationKind::Resolved));
    assert_eq!(alert.past.len(), 2);
}

#[test]
fn an_end_told_elsewhere_is_an_end() {
    let mut alert = fired(0, None).merge(fired(60, Some(120)));
    assert_eq!((alert.state, tell(&mut alert, 180, true)), (AlertState::Resolved, None));
}

#[test]
fn an_end_that_could_not_be_told_elsewhere_is_told_here() {
    let mut elsewhere = Alert::after(Some(fired(60, None)), &run(120, true, 1)).unwrap();
    tell(&mut elsewhere, 120, false).unwrap();
    let mut alert = fired(0, None).merge(elsewhere);
    assert_eq!(event(tell(&mut alert, 180, true)), Some(NotificationKind::Resolved));
    assert_eq!(tell(&mut alert, 181, true), None);
}

#[test]
fn what_has_come_to_nothing_yet_does_not_end_what_fires() {
    let pending = Alert::after(None, &run(60, false, 3)).unwrap();
    let alert = fired(0, None).merge(pending.clone());
    assert_eq!((alert.state, alert.since), (AlertState::Firing, at(0)));
    let alert = fired(0, Some(30)).merge(pending);
    assert_eq!((alert.state, alert.since, alert.past.len()), (AlertState::Pending, at(60), 1));
}

#[test]
fn readings_of_both_count_towards_a_hold() {
    let [one, two] = [0, 60].map(|minute| Alert::after(None, &run(minute, false, 3)).unwrap());
    let alert = Alert::after(Some(one.merge(two)), &run(120, false, 3)).unwrap();
    assert_eq!((alert.state, alert.count), (AlertState::Firing, 3));
}

#[test]
fn to_join_the_same_again_changes_nothing() {
    for alert in [fired(0, None), fired(0, Some(60))] {
        assert_eq!(alert.clone().merge(alert.clone()), alert);
    }
}
