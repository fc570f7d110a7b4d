//! Alerts of Alertmanager's webhook, and their Slack messages.
//!
//! Source: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_slack::escaped;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::queue::{self, Message};

/// Supported version of the webhook format.
pub const VERSION: &str = "4";
/// Largest number of alerts listed in a message.
const MOST_LISTED: usize = 20;
/// Length limit of each text of an alert, in characters.
const LONGEST_TEXT: usize = 500;

/// A group of alerts. Unknown members are ignored.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertGroup {
    pub version: String,
    pub alerts: Vec<Alert>,
    /// Number of alerts left out by Alertmanager.
    #[serde(default)]
    truncated_alerts: u64,
    #[serde(default, rename = "externalURL")]
    external_url: String,
}

/// One alert of a group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    status: Status,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    starts_at: Timestamp,
    /// End; the year 1 while the alert is firing.
    ends_at: Option<Timestamp>,
    #[serde(default, rename = "generatorURL")]
    generator_url: String,
    #[serde(default)]
    fingerprint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Firing,
    Resolved,
}

impl AlertGroup {
    /// Keys of the alerts, to detect duplicates. A firing alert is repeated as a reminder after `duplicate`; a resolved
    /// one is sent once.
    pub fn keys(&self, now: Timestamp, duplicate: Duration) -> Vec<queue::Alert> {
        let before = now.checked_sub(duplicate).unwrap_or(Timestamp::MIN);
        let key = |alert: &Alert| {
            let (status, since) = match alert.status {
                Status::Firing => ("firing", before),
                Status::Resolved => ("resolved", Timestamp::UNIX_EPOCH),
            };
            queue::Alert { key: format!("{}@{}/{status}", alert.identity(), alert.starts_at), since }
        };
        self.alerts.iter().map(key).collect()
    }

    /// Builds the message about the new alerts.
    pub fn message(&self, channel: &str, new: &[bool]) -> Message {
        let alerts: Vec<_> =
            self.alerts.iter().zip(new).filter(|(_, new)| **new).map(|(alert, _)| alert).collect();
        let mut lines = Vec::new();
        if alerts.len() > 1 {
            lines.push(headline(&alerts));
        }
        lines.extend(alerts.iter().take(MOST_LISTED).map(|alert| alert.line()));
        let left_out = alerts.len().saturating_sub(MOST_LISTED);
        let left_out = self.truncated_alerts.saturating_add(left_out.try_into().unwrap_or(u64::MAX));
        if left_out > 0 {
            lines.push(format!("… and {left_out} more{}", link(&self.external_url, "Alertmanager")));
        }
        // Links to graphs need no preview.
        let payload = json!({ "channel": channel, "text": lines.join("\n"), "unfurl_links": false });
        Message { channel: channel.to_owned(), payload }
    }
}

impl Alert {
    fn identity(&self) -> String {
        if self.fingerprint.is_empty() { json!(self.labels).to_string() } else { self.fingerprint.clone() }
    }

    /// Lines of an alert: `:red_circle: *HighTemp* Rack is hot`, then the details.
    fn line(&self) -> String {
        let text = |texts: &BTreeMap<String, String>, name| shown(texts.get(name).map_or("", String::as_str));
        let name = text(&self.labels, "alertname");
        let summary = text(&self.annotations, "summary");
        let mut lines = vec![format!("{} *{name}* {summary}", self.mark()).trim_end().to_owned()];
        lines.push(text(&self.annotations, "description"));
        let is_named = |(name, _): &(&String, &String)| name.as_str() == "alertname";
        let labels = self.labels.iter().filter(|label| !is_named(label));
        let labels = labels.map(|(name, value)| shown(&format!("{name}={value}")));
        let context: Vec<_> = std::iter::once(self.time()).chain(labels).collect();
        lines.push(format!("_{}_{}", context.join(" · "), link(&self.generator_url, "source")));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    fn mark(&self) -> &'static str {
        match (self.status, self.labels.get("severity").map(String::as_str)) {
            (Status::Resolved, _) => ":large_green_circle:",
            (Status::Firing, Some("info" | "none")) => ":large_blue_circle:",
            (Status::Firing, Some("warning")) => ":large_orange_circle:",
            (Status::Firing, _) => ":red_circle:",
        }
    }

    fn time(&self) -> String {
        let minute = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let since = minute(self.starts_at);
        let end = self.ends_at.filter(|end| *end >= self.starts_at);
        match (self.status, end) {
            (Status::Firing, _) => format!("since {since}"),
            (Status::Resolved, Some(end)) => format!("over, {since} to {}", minute(end)),
            (Status::Resolved, None) => format!("over, since {since}"),
        }
    }
}

fn headline(alerts: &[&Alert]) -> String {
    let over = alerts.iter().filter(|alert| alert.status == Status::Resolved).count();
    match (alerts.len() - over, over) {
        (firing, 0) => format!("*{firing} alerts*"),
        (0, over) => format!("*{over} alerts are over*"),
        (firing, over) => format!("*{firing} firing, {over} over*"),
    }
}

/// Formats a Slack link; empty if the address is not valid in one.
fn link(address: &str, name: &str) -> String {
    let is_safe = address.starts_with("http") && !address.contains(['<', '>', '|', ' ']);
    if is_safe { format!(" <{address}|{name}>") } else { String::new() }
}

fn shown(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => escaped(&format!("{}…", text.get(..end).unwrap_or_default())),
        None => escaped(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn alert(name: &str, status: &str) -> Value {
        let end = if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-08-20T07:20:00.5+00:00" };
        json!({
            "status": status, "fingerprint": name, "startsAt": "2026-08-20T07:00:00.123456789Z", "endsAt": end,
            "labels": {"alertname": name, "instance": "rack1 <9100>", "severity": "warning"},
            "annotations": {"summary": "Rack is hot", "description": "31.2 C"},
            "generatorURL": "http://prometheus.example/graph?g0.expr=temp",
            "of_a_later_version": {},
        })
    }

    fn group(alerts: &[Value], truncated: u64) -> AlertGroup {
        let group = json!({
            "version": "4", "status": "firing", "receiver": "slack", "alerts": alerts, "truncatedAlerts": truncated,
            "externalURL": "http://alertmanager.example", "notification_reason": "first notification",
        });
        serde_json::from_value(group).unwrap()
    }

    fn text(group: &AlertGroup, new: &[bool]) -> String {
        group.message("#ops", new).payload["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn an_alert_message_has_name_labels_and_start() {
        let group = group(&[alert("HighTemp", "firing")], 0);
        assert_eq!(
            text(&group, &[true]),
            ":large_orange_circle: *HighTemp* Rack is hot\n31.2 C\n\
             _since 2026-08-20 07:00 UTC · instance=rack1 &lt;9100&gt; · severity=warning_ \
             <http://prometheus.example/graph?g0.expr=temp|source>"
        );
    }

    #[test]
    fn firing_and_resolved_alerts_are_in_one_message() {
        let group = group(&[alert("a", "firing"), alert("b", "firing"), alert("c", "resolved")], 0);
        let all = text(&group, &[true; 3]);
        assert!(all.starts_with("*2 firing, 1 over*\n:large_orange_circle: *a*"), "{all}");
        assert!(all.contains(":large_green_circle: *c*"), "{all}");
        assert!(all.contains("_over, 2026-08-20 07:00 UTC to 2026-08-20 07:20 UTC"), "{all}");
        let one = text(&group, &[false, false, true]);
        assert!(one.starts_with(":large_green_circle: *c*"), "{one}");
    }

    #[test]
    fn alerts_left_out_are_counted() {
        let many: Vec<_> = (0..25).map(|n| alert(&format!("a{n}"), "firing")).collect();
        let message = text(&group(&many, 7), &[true; 25]);
        assert!(message.starts_with("*25 alerts*") && message.len() < 40_000, "{message}");
        assert!(message.ends_with("… and 12 more <http://alertmanager.example|Alertmanager>"), "{message}");
    }

    #[test]
    fn a_reminder_is_new_after_a_while_and_an_end_never_again() {
        let now: Timestamp = "2026-08-20T09:00:00Z".parse().unwrap();
        let keys =
            group(&[alert("a", "firing"), alert("a", "resolved")], 0).keys(now, Duration::from_hours(1));
        assert_eq!(keys[0].key, "a@2026-08-20T07:00:00.123456789Z/firing");
        assert_eq!(keys[0].since.to_string(), "2026-08-20T08:00:00Z");
        assert_eq!(keys[1].key, "a@2026-08-20T07:00:00.123456789Z/resolved");
        assert_eq!(keys[1].since, Timestamp::UNIX_EPOCH);
    }
}
