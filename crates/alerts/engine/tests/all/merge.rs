//! One alert out of two: the one in the state, and the one kept elsewhere while the state was away.

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

fn send(alert: &mut Alert, minute: i64, arrives: bool) -> Option<Notification> {
    let reminder = Some(Duration::from_hours(24));
    let notification =
        alert.claim("slack", true, ClaimRequest { run: "run", now: at(minute), reminder, may_repeat: false });
    alert.settle(
        "slack",
        "run",
        if arrives { SendOutcome::Sent(None) } else { SendOutcome::NotSent },
        at(minute),
    );
    notification
}

/// An alert that fails at `from`, and works at `until` if that is given, with a notification each time.
fn fired(from: i64, until: Option<i64>) -> Alert {
    let mut alert = Alert::after(None, &run(from, false, 1)).unwrap();
    send(&mut alert, from, true).unwrap();
    if let Some(until) = until {
        alert = Alert::after(Some(alert), &run(until, true, 1)).unwrap();
        send(&mut alert, until, true).unwrap();
    }
    alert
}

fn event(notification: Option<Notification>) -> Option<NotificationKind> {
    notification.map(|notification| notification.kind)
}

#[test]
fn an_alert_firing_in_both_goes_on_and_ends_once() {
    let alert = fired(0, None).merge(fired(60, None));
    assert_eq!((alert.state, alert.since, alert.count), (AlertState::Firing, at(0), 2));
    let mut alert = Alert::after(Some(alert), &run(120, true, 1)).unwrap();
    assert_eq!(event(send(&mut alert, 120, true)), Some(NotificationKind::Resolved));
    assert_eq!(send(&mut alert, 121, true), None);
}

#[test]
fn an_alert_begun_elsewhere_after_an_earlier_end_ends_here() {
    let alert = fired(0, Some(60)).merge(fired(120, None));
    assert_eq!((alert.state, alert.since, alert.past.len()), (AlertState::Firing, at(120), 1));
    let mut alert = Alert::after(Some(alert), &run(180, true, 1)).unwrap();
    assert_eq!(event(send(&mut alert, 180, true)), Some(NotificationKind::Resolved));
    assert_eq!(alert.past.len(), 2);
}

#[test]
fn a_resolution_sent_elsewhere_counts() {
    let mut alert = fired(0, None).merge(fired(60, Some(120)));
    assert_eq!((alert.state, send(&mut alert, 180, true)), (AlertState::Resolved, None));
}

#[test]
fn a_resolution_unsent_elsewhere_is_sent_here() {
    let mut elsewhere = Alert::after(Some(fired(60, None)), &run(120, true, 1)).unwrap();
    send(&mut elsewhere, 120, false).unwrap();
    let mut alert = fired(0, None).merge(elsewhere);
    assert_eq!(event(send(&mut alert, 180, true)), Some(NotificationKind::Resolved));
    assert_eq!(send(&mut alert, 181, true), None);
}

#[test]
fn a_pending_alert_does_not_end_a_firing_one() {
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
