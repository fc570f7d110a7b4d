//! Alerts in the state of programs.

use history::StateEntry;
use jiff::Timestamp;
use serde::Deserialize;

use crate::view::{Alert, AlertState};

/// Prefix of the keys of alerts.
pub const PREFIX: &str = "alert/";

/// State of an alert, as far as it is shown.
#[derive(Deserialize)]
struct SavedAlert {
    state: String,
    since: Timestamp,
    firing: Notification,
    #[serde(default)]
    past: Vec<Episode>,
}

#[derive(Deserialize)]
struct Notification {
    severity: String,
    title: String,
    #[serde(default)]
    detail: String,
    value: Option<f64>,
    limit: Option<f64>,
    unit: Option<String>,
    link: Option<String>,
}

/// A past occurrence of the alert.
#[derive(Deserialize)]
struct Episode {
    since: Timestamp,
    until: Timestamp,
    title: String,
}

/// Reads the current alert of a state entry, and its past occurrences. Invalid ones are left out.
pub fn alerts(entry: &StateEntry) -> Vec<Alert> {
    let Some(key) = entry.key.strip_prefix(PREFIX) else { return Vec::new() };
    let Ok(SavedAlert { state, since, firing, past }) = serde_json::from_str(&entry.value) else {
        return Vec::new();
    };
    let open = match state.as_str() {
        "firing" => Some(AlertState::Firing),
        "pending" => Some(AlertState::Pending),
        _ => None,
    };
    let alert = |state, title: &str, since, until| Alert {
        key: key.to_owned(),
        program: entry.program.clone(),
        state,
        severity: firing.severity.clone(),
        title: title.to_owned(),
        detail: String::new(),
        since,
        until,
        value: None,
        limit: firing.limit,
        unit: firing.unit.clone(),
        link: firing.link.clone(),
    };
    let open = open.map(|state| Alert {
        detail: firing.detail.clone(),
        value: firing.value,
        ..alert(state, &firing.title, since, None)
    });
    // A resolved alert is already the last of its past occurrences.
    let past = past.iter().map(|time| alert(AlertState::Resolved, &time.title, time.since, Some(time.until)));
    open.into_iter().chain(past).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: &str) -> StateEntry {
        let value = format!(
            r#"{{"state": "{state}", "since": "2026-11-22T09:45:00Z", "seen": "2026-11-22T12:00:00Z", "count": 9,
            "firing": {{"key": "weather/temp", "event": "firing", "severity": "warning", "title": "temp is below 5 °C",
                "detail": "", "context": "", "since": "2026-11-22T09:45:00Z", "at": "2026-11-22T12:00:00Z",
                "value": 3.2, "limit": 5.0, "unit": "°C", "program": "weather"}},
            "past": [{{"since": "2026-11-20T00:00:00Z", "until": "2026-11-20T03:00:00Z", "count": 3, "title": "before"}}]}}"#
        );
        StateEntry {
            program: "weather".to_owned(),
            key: "alert/weather/temp".to_owned(),
            value,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_open_alert_stands_beside_its_earlier_times() {
        let alerts = alerts(&entry("firing"));
        let found: Vec<_> =
            alerts.iter().map(|alert| (alert.state, alert.title.as_str(), alert.value)).collect();
        let expected =
            [(AlertState::Firing, "temp is below 5 °C", Some(3.2)), (AlertState::Resolved, "before", None)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_resolved_alert_is_sent_once() {
        let alerts = alerts(&entry("resolved"));
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].until, Some("2026-11-20T03:00:00Z".parse().unwrap()));
    }

    #[test]
    fn an_invalid_alert_is_left_out() {
        assert_eq!(alerts(&StateEntry { value: "{}".to_owned(), ..entry("firing") }), []);
    }
}
