//! Alerts, as programs keep them between runs.

use history::StateEntry;
use jiff::Timestamp;
use serde::Deserialize;

use crate::view::{Alert, AlertState};

/// What the keys of alerts begin with.
pub const PREFIX: &str = "alert/";

/// What is kept of an alert, as far as it is shown.
#[derive(Deserialize)]
struct Written {
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

/// A time that the alert fired and that is over.
#[derive(Deserialize)]
struct Episode {
    since: Timestamp,
    until: Timestamp,
    title: String,
}

/// The alert kept under a key, as it is now, and each earlier time. What cannot be understood is left out.
pub fn alerts(kept: &StateEntry) -> Vec<Alert> {
    let Some(key) = kept.key.strip_prefix(PREFIX) else { return Vec::new() };
    let Ok(Written { state, since, firing, past }) = serde_json::from_str(&kept.value) else {
        return Vec::new();
    };
    let open = match state.as_str() {
        "firing" => Some(AlertState::Firing),
        "pending" => Some(AlertState::Pending),
        _ => None,
    };
    let alert = |state, title: &str, since, until| Alert {
        key: key.to_owned(),
        program: kept.program.clone(),
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
    // What is over is the last of its past times already.
    let past = past.iter().map(|time| alert(AlertState::Resolved, &time.title, time.since, Some(time.until)));
    open.into_iter().chain(past).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(state: &str) -> StateEntry {
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
        let alerts = alerts(&kept("firing"));
        let told: Vec<_> =
            alerts.iter().map(|alert| (alert.state, alert.title.as_str(), alert.value)).collect();
        let expected =
            [(AlertState::Firing, "temp is below 5 °C", Some(3.2)), (AlertState::Resolved, "before", None)];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_alert_that_is_over_is_told_once() {
        let alerts = alerts(&kept("resolved"));
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].until, Some("2026-11-20T03:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_alert_is_left_out() {
        assert_eq!(alerts(&StateEntry { value: "{}".to_owned(), ..kept("firing") }), []);
    }
}
