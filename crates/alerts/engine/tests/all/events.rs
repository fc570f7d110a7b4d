//! Events: each row alerts once, many are one message, none has an end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use alert_engine::{
    Alert, AlertState, ClaimRequest, Field, FieldKind, FieldValue, Links, Notification, NotificationKind,
    Observation, Occurred, Reading, SendOutcome, Thresholds,
};
use jiff::{SignedDuration, Timestamp};
use settings::Source;

const KEY: &str = "usgs/quakes.magnitude/above";

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn thresholds() -> Thresholds {
    let field = Field { name: "magnitude", kind: FieldKind::Number, tags: vec!["network"], is_event: true };
    let mut source = Source::of([("ALERT_MAGNITUDE_ABOVE", "5")]);
    Thresholds::read(&mut source, &[field], &[], None)
}

/// One earthquake at a minute, noticed at another.
fn quake(minute: i64, magnitude: f64, noticed: i64) -> Option<Observation> {
    let tags = BTreeMap::from([("network".to_owned(), "us".to_owned())]);
    let labels = BTreeMap::from([("place".to_owned(), format!("place {minute}"))]);
    let occurrence = Occurred { identity: format!("time={minute},network=us"), noticed: at(noticed) };
    let reading = Reading {
        program: "usgs",
        run: "r1",
        record: "quakes",
        field: "magnitude",
        unit: None,
        tags: &tags,
        labels: &labels,
        at: at(minute),
        value: FieldValue::Number(magnitude),
        occurrence: Some(&occurrence),
    };
    thresholds().observe(&reading, &Links::default()).pop()
}

/// A run at a minute that observes earthquakes and sends the due messages to `slack`.
fn run(alert: &mut Option<Alert>, minute: i64, quakes: &[i64], arrives: bool) -> Option<Notification> {
    for quake in quakes.iter().filter_map(|time| quake(*time, 6.0, minute)) {
        *alert = Alert::after(alert.take(), &quake);
    }
    let known = alert.as_mut()?;
    known.route_events(&BTreeSet::from(["slack".to_owned()]));
    let id = format!("run-{minute}");
    let request = ClaimRequest { run: &id, now: at(minute), reminder: None, may_repeat: false };
    let due = known.claim("slack", true, request);
    known.prune_events(at(minute));
    let outcome = if arrives { SendOutcome::Sent(Some("thread")) } else { SendOutcome::NotSent };
    known.settle("slack", &id, outcome, at(minute));
    // The state holds text.
    *alert = serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
    due
}

#[test]
fn an_event_is_sent_once_with_its_labels_and_has_no_end() {
    let mut alert = None;
    let sent = run(&mut alert, 100, &[7], true).unwrap();
    assert_eq!((sent.key.as_str(), sent.kind), (KEY, NotificationKind::Occurred));
    assert_eq!(sent.title, "usgs: magnitude above 5 (network us, place place 7)");
    assert_eq!(sent.labels.get("place").map(String::as_str), Some("place 7"));
    for minute in [160, 220, 280] {
        assert_eq!(run(&mut alert, minute, &[7], true), None, "the source reports it again");
        assert_eq!(run(&mut alert, minute + 1, &[], true), None, "the source does not report it any more");
    }
    let alert = alert.unwrap();
    assert_eq!((alert.state, alert.past.len()), (AlertState::Resolved, 1));
}

#[test]
fn an_event_within_its_limit_is_none() {
    assert_eq!(quake(7, 4.9, 100), None);
}

#[test]
fn many_events_are_one_message_with_a_list() {
    let mut alert = None;
    let times: Vec<_> = (0..25).collect();
    let sent = run(&mut alert, 100, &times, true).unwrap();
    assert_eq!(sent.title, "usgs: 25 events, quakes magnitude above");
    let lines: Vec<_> = sent.detail.lines().collect();
    assert_eq!(lines.len(), 11);
    let first =
        "1970-01-01 00:00 UTC magnitude above 5 (network us, place place 0) · magnitude is 6, limit 5";
    assert_eq!((lines[0], lines[10]), (first, "… and 15 more"));
    assert_eq!(sent.labels.get("place"), None, "only what is true of all");
    assert_eq!(run(&mut alert, 160, &times, true), None);
    assert_eq!(run(&mut alert, 220, &[24, 25], true).unwrap().labels["place"], "place 25");
}

#[test]
fn an_event_that_could_not_be_sent_is_sent_by_a_later_run_together_with_new_ones() {
    let mut alert = None;
    assert!(run(&mut alert, 100, &[7], false).is_some());
    assert!(run(&mut alert, 160, &[7, 8], false).unwrap().title.contains("2 events"));
    assert!(run(&mut alert, 220, &[9], true).unwrap().title.contains("3 events"));
    assert_eq!(run(&mut alert, 280, &[7, 8, 9], true), None);
}

#[test]
fn a_stream_of_events_is_one_message_a_minute() {
    let mut alert = None;
    assert!(run(&mut alert, 100, &[1], true).is_some());
    assert_eq!(run(&mut alert, 100, &[2, 3], true), None);
    assert!(alert.as_ref().unwrap().has_waiting_events());
    assert!(run(&mut alert, 101, &[], true).unwrap().title.contains("2 events"));
    assert!(!alert.unwrap().has_waiting_events());
}

#[test]
fn a_channel_that_is_added_later_gets_no_old_events() {
    let mut alert = None;
    run(&mut alert, 100, &[7], true);
    let known = alert.as_mut().unwrap();
    known.route_events(&BTreeSet::from(["slack".to_owned(), "webhook".to_owned()]));
    let request = ClaimRequest { run: "r", now: at(160), reminder: None, may_repeat: true };
    assert_eq!(known.claim("webhook", true, request), None);
}

#[test]
fn an_event_is_forgotten_a_month_after_the_source_stopped_reporting_it() {
    let day = 24 * 60;
    let mut alert = None;
    run(&mut alert, 0, &[7], true);
    for days in (2..60).step_by(2) {
        run(&mut alert, days * day, &[7], true);
    }
    assert_eq!(run(&mut alert, 88 * day, &[7], true), None);
    run(&mut alert, 120 * day, &[], true);
    let alert = alert.unwrap();
    assert!(alert.occurrences.is_empty());
    assert!(alert.is_expired(at(120 * day)));
}

#[test]
fn an_event_that_was_sent_while_the_state_was_away_is_not_sent_again() {
    let (mut state, mut fallback) = (None, None);
    run(&mut state, 0, &[1], true);
    run(&mut state, 50, &[2], false);
    run(&mut fallback, 100, &[1, 2, 3], true);
    let mut merged = Some(state.unwrap().merge(fallback.unwrap()));
    assert_eq!(run(&mut merged, 200, &[1, 2, 3], true), None);
    let merged = merged.unwrap();
    assert_eq!(merged.clone().merge(merged.clone()), merged);
}

#[test]
fn a_run_that_died_while_sending_counts_as_sent() {
    let mut alert = Alert::after(None, &quake(7, 6.0, 100).unwrap()).unwrap();
    alert.route_events(&BTreeSet::from(["slack".to_owned()]));
    let request = |run, minute| ClaimRequest { run, now: at(minute), reminder: None, may_repeat: false };
    assert!(alert.claim("slack", true, request("dead", 100)).is_some());
    assert_eq!(alert.claim("slack", true, request("next", 105)), None, "it may still be sending");
    assert_eq!(alert.claim("slack", true, request("last", 130)), None);
    assert!(!alert.has_waiting_events());
}
