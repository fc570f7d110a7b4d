//! A notification as Alertmanager's `postableAlert`.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::{Event, Notification};
use jiff::Timestamp;
use serde::Serialize;

/// How long an alert stays open beyond the moment it would be told again, at the least: the program that tells it may
/// run once a day.
const GRACE: Duration = Duration::from_hours(24);
/// How long it stays open where nobody wants reminders. An alert without an end ends after five minutes.
const UNTIL_RESOLVED: Duration = Duration::from_hours(365 * 24);

/// One alert. Its labels are what it is: they are the same each time it is sent, but for its end.
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
    pub(crate) fn of(said: &Notification) -> Self {
        Self {
            labels: labels(said),
            annotations: annotations(said),
            starts_at: said.since,
            ends_at: ends_at(said),
            generator_url: said.link.clone(),
        }
    }
}

fn labels(said: &Notification) -> BTreeMap<String, String> {
    let own = [
        ("alertname", name(said)),
        ("program", said.program.clone()),
        ("severity", said.severity.name().to_owned()),
        ("concern", said.concern.clone().unwrap_or_default()),
    ];
    // A tag that has one of these names keeps its value under another, as Prometheus does it.
    let is_taken = |label: &str| own.iter().any(|(name, _)| *name == label);
    let renamed = |label: String| if is_taken(&label) { format!("exported_{label}") } else { label };
    let mut labels: BTreeMap<_, _> =
        said.labels.iter().map(|(name, value)| (renamed(label_name(name)), value.clone())).collect();
    labels.extend(own.map(|(name, value)| (name.to_owned(), value)));
    // To Alertmanager, an empty label is none.
    labels.retain(|_, value| !value.is_empty());
    labels
}

/// What is looked at, the same for all programs and places, so that they can be grouped: `run`, `weather.temp above`.
fn name(said: &Notification) -> String {
    let label = |name: &str| said.labels.get(name);
    match (label("record"), label("field"), label("rule")) {
        (Some(record), Some(field), Some(rule)) => format!("{record}.{field} {rule}"),
        (_, _, Some(rule)) => rule.clone(),
        _ => said.key.clone(),
    }
}

fn annotations(said: &Notification) -> BTreeMap<&'static str, String> {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut annotations = BTreeMap::from([
        ("summary", said.title.clone()),
        ("description", said.detail.clone()),
        ("key", said.key.clone()),
        ("context", said.context.clone()),
        ("value", number(said.value)),
        ("limit", number(said.limit)),
        ("unit", said.unit.clone().unwrap_or_default()),
    ]);
    annotations.retain(|_, text| !text.is_empty());
    annotations
}

/// A resolve is an end that is past. While it goes on the end lies ahead, and each reminder moves it on, so that the
/// alerts of a program that is gone for good end by themselves.
fn ends_at(said: &Notification) -> Timestamp {
    let open_for = match (said.event, said.next_reminder) {
        (Event::Resolved, _) => return said.at,
        (_, Some(next)) => {
            let interval = Duration::try_from(next - said.at).unwrap_or_default();
            interval + interval.max(GRACE)
        }
        (_, None) => UNTIL_RESOLVED,
    };
    said.at.checked_add(open_for).unwrap_or(Timestamp::MAX)
}

/// What Prometheus allows before version 3: `[a-zA-Z_][a-zA-Z0-9_]*`.
fn label_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
