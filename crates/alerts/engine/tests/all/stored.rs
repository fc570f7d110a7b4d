//! The stored form of an alert: later versions read the alerts of earlier ones.

use std::time::Duration;

use alert_engine::{Alert, AlertState, ClaimRequest, NotificationKind};
use serde_json::Value;

/// An alert as version 0.1.0 stored it in the table `platform_state`.
const VERSION_0_1: &str = r#"{
    "state": "firing", "since": "2026-11-22T09:45:00Z", "seen": "2026-11-22T12:00:00Z", "count": 9,
    "firing": {
        "key": "weather/weather.temp/below/city=Boston", "event": "firing", "severity": "warning",
        "concern": "climate", "title": "weather: temp below 5 °C (city Boston)",
        "detail": "temp is 3.2 °C, limit 5 °C", "context": "below 5 °C since 2026-11-22 09:45 UTC",
        "since": "2026-11-22T09:45:00Z", "at": "2026-11-22T12:00:00Z", "value": 3.2, "limit": 5.0, "unit": "°C",
        "link": "https://grafana.example/d/air", "program": "weather",
        "labels": { "rule": "below", "record": "weather", "field": "temp", "city": "Boston" }
    },
    "past": [{ "since": "2026-11-20T00:00:00Z", "until": "2026-11-20T03:00:00Z", "count": 3, "title": "before" }],
    "channels": {
        "slack": { "believes": true, "said": "2026-11-22T09:46:00Z", "thread": "1763785697.000100" },
        "alertmanager": {
            "believes": false, "missed": true,
            "claim": { "run": "01m80vsze8xkp49d", "at": "2026-11-22T12:00:01Z", "event": "firing" }
        }
    }
}"#;

#[test]
fn an_alert_that_version_0_1_stored_goes_on() {
    let mut alert: Alert = serde_json::from_str(VERSION_0_1).unwrap();
    assert_eq!((alert.state, alert.count, alert.past.len()), (AlertState::Firing, 9, 1));
    let slack = &alert.channels["slack"];
    assert_eq!((slack.shows_firing, slack.thread.as_deref()), (true, Some("1763785697.000100")));
    let claim = alert.channels["alertmanager"].claim.clone().unwrap();
    assert_eq!((claim.run.as_str(), claim.kind), ("01m80vsze8xkp49d", NotificationKind::Firing));
    let request = ClaimRequest {
        run: "next",
        now: "2026-11-22T13:00:00Z".parse().unwrap(),
        reminder: Some(Duration::from_hours(1)),
        may_repeat: true,
    };
    assert_eq!(alert.claim("slack", true, request).unwrap().kind, NotificationKind::Reminder);
    assert_eq!(alert.claim("alertmanager", true, request).unwrap().kind, NotificationKind::Firing);
}

#[test]
fn it_is_stored_under_the_same_names_again() {
    let alert: Alert = serde_json::from_str(VERSION_0_1).unwrap();
    let (before, after): (Value, Value) =
        (serde_json::from_str(VERSION_0_1).unwrap(), serde_json::to_value(&alert).unwrap());
    assert_eq!(after, before);
}
