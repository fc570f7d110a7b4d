//! A notification as Alertmanager's `postableAlert`.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::{Notification, NotificationKind};
use jiff::Timestamp;
use serde::Serialize;

/// Least time that an alert stays open beyond its next reminder: the program that sends it may run once a day.
const GRACE: Duration = Duration::from_hours(24);
/// Time that an alert without reminders stays open. Without an end, Alertmanager would end it after five minutes.
const UNTIL_RESOLVED: Duration = Duration::from_hours(365 * 24);

/// Time that an event stays open: Alertmanager sends no alert that is over already.
const EVENT: Duration = Duration::from_hours(1);

/// One alert. Its labels identify it: they are the same each time it is sent, but for its end.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Alert {
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<&'static str, String>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<String>,
}

impl Alert {
    pub(crate) fn of(notification: &Notification) -> Self {
        Self {
            labels: labels(notification),
            annotations: annotations(notification),
            starts_at: notification.since,
            ends_at: ends_at(notification),
            generator_url: notification.link.clone(),
        }
    }
}

fn labels(notification: &Notification) -> BTreeMap<String, String> {
    let own = [
        ("alertname", name(notification)),
        ("program", notification.program.clone()),
        ("severity", notification.severity.name().to_owned()),
        ("concern", notification.concern.clone().unwrap_or_default()),
    ];
    // A tag that has one of these names keeps its value under another, as Prometheus does it.
    let is_taken = |label: &str| own.iter().any(|(name, _)| *name == label);
    let renamed = |label: String| if is_taken(&label) { format!("exported_{label}") } else { label };
    let mut labels: BTreeMap<_, _> =
        notification.labels.iter().map(|(name, value)| (renamed(label_name(name)), value.clone())).collect();
    labels.extend(own.map(|(name, value)| (name.to_owned(), value)));
    // Alertmanager treats an empty label as absent.
    labels.retain(|_, value| !value.is_empty());
    labels
}

/// Name of the rule, the same for all programs and places, so that alerts can be grouped: `run`, `weather.temp above`.
fn name(notification: &Notification) -> String {
    let label = |name: &str| notification.labels.get(name);
    match (label("record"), label("field"), label("rule")) {
        (Some(record), Some(field), Some(rule)) => format!("{record}.{field} {rule}"),
        (_, _, Some(rule)) => rule.clone(),
        _ => notification.key.clone(),
    }
}

fn annotations(notification: &Notification) -> BTreeMap<&'static str, String> {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut annotations = BTreeMap::from([
        ("summary", notification.title.clone()),
        ("description", notification.detail.clone()),
        ("key", notification.key.clone()),
        ("context", notification.context.clone()),
        ("value", number(notification.value)),
        ("limit", number(notification.limit)),
        ("unit", notification.unit.clone().unwrap_or_default()),
    ]);
    annotations.retain(|_, text| !text.is_empty());
    annotations
}

/// End of an alert. While it fires the end lies ahead, and each reminder moves it on, so that the alerts of a program
/// that is gone for good end by themselves.
fn ends_at(notification: &Notification) -> Timestamp {
    let open_for = match (notification.kind, notification.next_reminder) {
        (NotificationKind::Resolved, _) => return notification.at,
        // The row may be older than its message.
        (NotificationKind::Occurred, _) => {
            return Timestamp::now().checked_add(EVENT).unwrap_or(Timestamp::MAX);
        }
        (_, Some(next)) => {
            let interval = Duration::try_from(next - notification.at).unwrap_or_default();
            interval + interval.max(GRACE)
        }
        (_, None) => UNTIL_RESOLVED,
    };
    notification.at.checked_add(open_for).unwrap_or(Timestamp::MAX)
}

/// A label name as Prometheus allows it before version 3: `[a-zA-Z_][a-zA-Z0-9_]*`.
fn label_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
