//! Alertmanager as it answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use alert_alertmanager::{Alertmanager, Config, channels};
use alert_channel::Channel;
use alert_engine::{Notification, NotificationKind, Severity};
use fault::{Fault, Kind};
use http_client::{Client, Options};
use http_sim::{Server, services};
use jiff::Timestamp;
use serde_json::json;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn notification(kind: NotificationKind, next_reminder: Option<&str>) -> Notification {
    let labels = [
        ("rule", "above"),
        ("record", "air"),
        ("field", "pm2"),
        ("city-name", "Seattle"),
        ("severity", "a tag"),
        ("room", ""),
    ];
    Notification {
        key: "sds011/pm2/above/city=Seattle".into(),
        kind,
        severity: Severity::Warning,
        concern: Some("climate".into()),
        title: "pm2 is 61 µg/m³".into(),
        detail: String::new(),
        context: "above since 07:00".into(),
        since: at("2026-08-20T07:00:00Z"),
        at: at("2026-08-20T08:00:00Z"),
        next_reminder: next_reminder.map(at),
        value: Some(61.0),
        limit: Some(50.0),
        unit: Some("µg/m³".into()),
        link: Some("https://grafana.example/d/air".into()),
        program: "sds011".into(),
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    }
}

fn start() -> (services::AlertmanagerSim, Server, Alertmanager) {
    let sim = services::AlertmanagerSim::new();
    let server = Server::start(sim.clone()).unwrap();
    let tls = tls::client_config(None).unwrap();
    let http = Client::new(Options::new("test", "0.0.0", tls)).unwrap();
    let url = server.url().parse().unwrap();
    let config = Config { url, token: None, severity: Severity::Info };
    (sim, server, channels(&config, &http).pop().unwrap())
}

#[tokio::test]
async fn an_alert_is_open_beyond_its_next_reminder_and_closed_by_its_end() {
    let (sim, _server, alertmanager) = start();
    let firing = notification(NotificationKind::Firing, Some("2026-08-21T08:00:00Z"));
    alertmanager.send(&[firing], None).await.unwrap();
    let alert = sim.alerts().remove(0);
    let labels = json!({
        "alertname": "air.pm2 above", "program": "sds011", "severity": "warning", "concern": "climate",
        "rule": "above", "record": "air", "field": "pm2", "city_name": "Seattle", "exported_severity": "a tag",
    });
    assert_eq!(alert["labels"], labels);
    assert_eq!(alert["annotations"]["summary"], "pm2 is 61 µg/m³");
    assert_eq!(alert["annotations"]["limit"], "50");
    assert_eq!(alert["startsAt"], "2026-08-20T07:00:00Z");
    assert_eq!(alert["endsAt"], "2026-08-22T08:00:00Z");
    assert_eq!(alert["generatorURL"], "https://grafana.example/d/air");

    alertmanager.send(&[notification(NotificationKind::Resolved, None)], None).await.unwrap();
    let alerts = sim.alerts();
    assert_eq!((alerts.len(), &alerts[0]["endsAt"]), (1, &json!("2026-08-20T08:00:00Z")));
}

#[tokio::test]
async fn without_reminders_it_stays_open_until_it_is_over() {
    let (sim, _server, alertmanager) = start();
    alertmanager.send(&[notification(NotificationKind::Firing, None)], None).await.unwrap();
    assert_eq!(sim.alerts()[0]["endsAt"], "2027-08-20T08:00:00Z");
}

#[tokio::test]
async fn temporary_failures_differ_from_permanent_ones() {
    let (_sim, server, alertmanager) = start();
    let firing = [notification(NotificationKind::Firing, None)];
    for (fault, kind) in [
        ("503:1", Kind::Temporary),
        ("reset:1", Kind::Temporary),
        ("400:1", Kind::Rejected),
        ("401:1", Kind::Unauthorized),
        ("404:1", Kind::Configuration),
    ] {
        server.set_fault(fault.parse().unwrap());
        let error = alertmanager.send(&firing, None).await.unwrap_err();
        assert!(error.is_certain() && error.kind() == kind, "{fault}: {error:?}");
    }
    alertmanager.send(&firing, None).await.unwrap();
}

#[tokio::test]
async fn a_check_sends_no_alert() {
    let (sim, _server, alertmanager) = start();
    alertmanager.check().await.unwrap();
    assert!(sim.alerts().is_empty());
}
