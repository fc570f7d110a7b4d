//! Alerts from the first bad observation to the end, and the messages to channels.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::{
    Alert, AlertState, AlertText, ClaimRequest, Hold, Links, Notification, NotificationKind, Observation,
    RunEnd, RunFailure, RunRule, SendOutcome, Severity, Verdict,
};
use jiff::{SignedDuration, Timestamp};

pub const DAY: Duration = Duration::from_hours(24);
const STAGES: [&str; 2] = ["extract", "load"];

pub fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

pub fn request(run: &str, minutes: i64) -> ClaimRequest<'_> {
    ClaimRequest { run, now: at(minutes), reminder: Some(DAY), may_repeat: false }
}

/// Observations of a run of one minute that starts at `minute`.
fn run(minute: i64, failure: Option<&str>) -> Vec<Observation> {
    let rule = RunRule { hold: Hold::Readings(1), severity: Severity::Critical, concern: None };
    let failure = failure.map(|stage| RunFailure {
        stage: stage.into(),
        error: "nws points: no answer".into(),
        exit: 75,
    });
    let end = RunEnd {
        program: "nws".into(),
        run: format!("run-{minute}"),
        started: at(minute),
        ended: at(minute + 1),
        failure,
    };
    rule.observe(&end, &STAGES, &Links::default())
}

fn failed(minute: i64) -> Observation {
    run(minute, Some("extract")).remove(0)
}

fn worked(minute: i64) -> Observation {
    run(minute, None).remove(0)
}

pub fn seen(verdict: Verdict, minute: i64, hold: Hold) -> Observation {
    Observation {
        key: "sds011/air.pm2/above".into(),
        at: at(minute),
        began: at(minute),
        verdict,
        hold,
        severity: Severity::Warning,
        concern: None,
        text: AlertText {
            title: "pm2 above 50".into(),
            resolved_title: "pm2 no longer above 50".into(),
            detail: String::new(),
            condition: "above 50".into(),
            counted: ["reading above 50".into(), "readings above 50".into()],
            note: String::new(),
        },
        value: None,
        limit: None,
        unit: None,
        link: None,
        program: "sds011".into(),
        labels: BTreeMap::new(),
        occurrence: None,
    }
}

/// Sends the pending notification to the channel `slack`, where it arrives or not.
fn send(alert: &mut Alert, run: &str, minute: i64, arrives: bool) -> Option<Notification> {
    let notification = alert.claim("slack", true, request(run, minute));
    let outcome = if arrives { SendOutcome::Sent(Some("ts-1")) } else { SendOutcome::NotSent };
    alert.settle("slack", run, outcome, at(minute));
    notification
}

fn title(notification: Option<Notification>) -> String {
    notification.map(|notification| notification.title).unwrap_or_default()
}

#[test]
fn a_night_of_failures_is_one_alert_with_one_resolution() {
    let mut known = None;
    let mut notification = Vec::new();
    for (hour, works) in [true, false, false, false, true, true].into_iter().enumerate() {
        let minute = i64::try_from(hour).unwrap() * 60;
        known = Alert::after(known, &if works { worked(minute) } else { failed(minute) });
        notification.extend(known.as_mut().and_then(|alert| send(alert, "run", minute + 1, true)));
    }
    let titles: Vec<_> = notification.iter().map(|notification| notification.title.as_str()).collect();
    assert_eq!(titles, ["nws failed at extract", "nws works again after 3 h 1 min"]);
    assert_eq!(
        notification[0].context,
        "failing since 1970-01-01 01:00 UTC · exit 75, a later run may work · run run-60"
    );
    assert_eq!(notification[1].context, "3 runs failed since 1970-01-01 01:00 UTC · run run-240");
    let alert = known.unwrap();
    assert_eq!((alert.state, alert.past.len(), alert.channels.len()), (AlertState::Resolved, 1, 0));
}

#[test]
fn each_stage_has_its_alert_and_ends_when_a_run_works() {
    let [extract, load] = [run(0, Some("extract")), run(60, Some("load"))].map(|mut seen| seen.remove(0));
    assert_eq!((extract.key.as_str(), load.key.as_str()), ("nws/run/extract", "nws/run/load"));
    let keys: Vec<_> = run(120, None).into_iter().map(|seen| (seen.key, seen.verdict)).collect();
    assert_eq!(keys, [("nws/run/extract".into(), Verdict::Good), ("nws/run/load".into(), Verdict::Good)]);
}

#[test]
fn people_are_reminded_after_the_interval_and_not_before() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    assert_eq!(title(send(&mut alert, "a", 1, true)), "nws failed at extract");
    for (hour, expected) in [(23, ""), (25, "nws failed at extract, still after 1 d 1 h"), (30, "")] {
        let minute = hour * 60;
        alert = Alert::after(Some(alert), &failed(minute - 1)).unwrap();
        assert_eq!(title(send(&mut alert, "b", minute, true)), expected, "after {hour} h");
    }
    let never = ClaimRequest { reminder: None, ..request("c", 100_000) };
    alert = Alert::after(Some(alert), &failed(99_000)).unwrap();
    assert_eq!(alert.claim("slack", true, never), None);
}

#[test]
fn an_alert_not_seen_again_sends_no_reminder() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    send(&mut alert, "a", 1, true);
    assert_eq!(alert.claim("slack", true, request("b", 10_000)), None);
}

#[test]
fn a_hold_is_counted_in_readings_or_in_time() {
    use AlertState::{Firing, Pending};
    use Verdict::{Bad, Between, Good};

    let states = |hold, minutes: &[(i64, Verdict)]| {
        let mut known = None;
        let after = |(minute, verdict): &(i64, Verdict)| {
            known = Alert::after(known.take(), &seen(*verdict, *minute, hold));
            known.as_ref().map(|alert| alert.state)
        };
        minutes.iter().map(after).collect::<Vec<_>>()
    };
    let three = Hold::Readings(3);
    assert_eq!(
        states(three, &[(0, Bad), (1, Bad), (2, Good), (3, Bad), (4, Bad), (4, Bad), (5, Bad)]),
        [Some(Pending), Some(Pending), None, Some(Pending), Some(Pending), Some(Pending), Some(Firing)]
    );
    let quarter = Hold::Duration(Duration::from_mins(15));
    assert_eq!(
        states(quarter, &[(0, Bad), (14, Bad), (14, Between), (15, Between), (16, Bad), (31, Bad)]),
        [Some(Pending), Some(Pending), Some(Pending), None, Some(Pending), Some(Firing)]
    );
}

#[test]
fn a_message_that_another_run_is_sending_is_left_to_it() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    assert!(alert.claim("slack", true, request("first", 1)).is_some());
    assert_eq!(alert.claim("slack", true, request("twin", 2)), None);
    alert.settle("slack", "twin", SendOutcome::NotSent, at(2));
    assert_eq!(alert.claim("slack", true, request("twin", 3)), None, "only the first may give it back");
}

#[test]
fn messages_of_a_run_that_died_count_as_sent() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    alert.claim("slack", true, request("dead", 1)).unwrap();
    assert_eq!(alert.claim("slack", true, request("next", 30)), None);
    let mut alert = Alert::after(Some(alert), &worked(60)).unwrap();
    assert_eq!(title(send(&mut alert, "last", 61, true)), "nws works again after 1 h 1 min");
}

#[test]
fn where_a_repeat_does_no_harm_it_is_sent_again() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    alert.claim("alertmanager", true, request("dead", 1)).unwrap();
    let repeating = ClaimRequest { may_repeat: true, ..request("next", 30) };
    assert!(alert.claim("alertmanager", true, repeating).is_some());
}

#[test]
fn an_unsent_notification_is_sent_by_a_later_run() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    assert!(send(&mut alert, "a", 1, false).is_some());
    let mut alert = Alert::after(Some(alert), &failed(60)).unwrap();
    let notification = send(&mut alert, "b", 61, true).unwrap();
    assert_eq!((notification.kind, notification.since), (NotificationKind::Firing, at(0)));
    let mut alert = Alert::after(Some(alert), &worked(120)).unwrap();
    assert!(send(&mut alert, "c", 121, false).is_some());
    assert_eq!(title(send(&mut alert, "d", 181, true)), "nws works again after 2 h 1 min");
}

#[test]
fn a_resolution_is_sent_alone_if_the_firing_could_not_be_sent() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    send(&mut alert, "a", 1, false);
    let mut alert = Alert::after(Some(alert), &worked(60)).unwrap();
    let notification = send(&mut alert, "b", 61, true).unwrap();
    assert_eq!(
        (notification.kind, notification.detail.as_str()),
        (NotificationKind::Resolved, "It could not be told at the time.")
    );
}

#[test]
fn an_unannounced_alert_has_no_resolution() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    send(&mut alert, "a", 1, true);
    let mut alert = Alert::after(Some(alert), &worked(60)).unwrap();
    send(&mut alert, "b", 61, false);
    let alert = Alert::after(Some(alert), &failed(120)).unwrap();
    assert_eq!((alert.since, alert.count, alert.past.len()), (at(0), 2, 0));
}

#[test]
fn a_channel_gets_only_resolutions_of_alerts_it_was_sent() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    assert_eq!(alert.claim("slack", false, request("a", 1)), None);
    send(&mut alert, "a", 1, true);
    let mut alert = Alert::after(Some(alert), &worked(60)).unwrap();
    assert!(alert.claim("slack", false, request("b", 61)).is_some());
    assert_eq!(alert.claim("webhook", true, request("b", 61)), None);
}

#[test]
fn alerts_without_a_condition_are_resolved() {
    let mut alert = Alert::after(None, &failed(0)).unwrap();
    send(&mut alert, "a", 1, true);
    let mut alert = alert.abandoned(at(60), "no longer watched").unwrap();
    assert_eq!(title(send(&mut alert, "b", 61, true)), "nws failed at extract: no longer watched");
    assert!(!alert.is_expired(at(61)) && alert.is_expired(at(60 * 24 * 40)));
}
