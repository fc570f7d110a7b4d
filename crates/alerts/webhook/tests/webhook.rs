//! An HTTP address as it answers.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;

use alert_channel::Channel;
use alert_engine::{Notification, NotificationKind, Severity};
use alert_webhook::{Config, Webhook, channels};
use fault::{Fault, Kind};
use http_client::{Client, Options};
use http_sim::{Reply, Request, Server};
use serde_json::{Value, json};
use settings::{Settings, Source};

fn notification() -> Notification {
    Notification {
        key: "nws/run/extract".into(),
        kind: NotificationKind::Firing,
        severity: Severity::Critical,
        concern: None,
        title: "nws failed".into(),
        detail: "no route".into(),
        context: "since noon".into(),
        since: "2026-08-20T07:00:00Z".parse().unwrap(),
        at: "2026-08-20T08:00:00Z".parse().unwrap(),
        next_reminder: None,
        value: None,
        limit: None,
        unit: None,
        link: None,
        program: "nws".into(),
        labels: BTreeMap::new(),
    }
}

fn webhook(status: u16) -> (Server, Webhook) {
    let server = Server::start(move |_: &Request| Reply::text(status, "")).unwrap();
    let variables = [("ALERT_URL", server.url()), ("ALERT_URL_HEADER", "X-Token: t0ken: 1")];
    let mut source = Source::of(variables);
    let config = Config::read(&mut source).unwrap();
    let http = Client::new(Options::new("test", "0.0.0", tls::client_config(None).unwrap())).unwrap();
    (server, channels(&config, &http).pop().unwrap())
}

#[tokio::test]
async fn notifications_arrive_as_documented() {
    let (server, webhook) = webhook(204);
    webhook.send(&[notification()], None).await.unwrap();
    let request = server.requests().remove(0);
    assert_eq!(request.header("x-token"), Some("t0ken: 1"));
    let body: Value = request.json().unwrap();
    let expected = json!({
        "version": 1,
        "notifications": [{
            "id": "nws/run/extract@2026-08-20T07:00:00Z/firing",
            "key": "nws/run/extract", "event": "firing", "severity": "critical",
            "title": "nws failed", "detail": "no route", "context": "since noon",
            "since": "2026-08-20T07:00:00Z", "at": "2026-08-20T08:00:00Z", "program": "nws",
        }],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_refused_message_is_given_up_and_any_other_is_sent_again() {
    for (status, kind) in [
        (400, Kind::Rejected),
        (422, Kind::Rejected),
        (401, Kind::Unauthorized),
        (404, Kind::Configuration),
        (429, Kind::RateLimited),
        (500, Kind::Temporary),
        (504, Kind::Temporary),
    ] {
        let (_server, webhook) = webhook(status);
        let error = webhook.send(&[notification()], None).await.unwrap_err();
        assert!(error.is_certain() && error.kind() == kind, "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_check_reaches_the_server_and_calls_no_address() {
    for status in [204, 405, 401, 404, 500] {
        let (server, webhook) = webhook(status);
        assert!(webhook.check().await.unwrap().starts_with("reachable"), "{status}");
        let requests = server.requests();
        let calls: Vec<_> =
            requests.iter().map(|call| (&*call.method, &*call.path, call.body.len())).collect();
        assert_eq!(calls, [("HEAD", "/", 0)]);
        assert_eq!(requests[0].header("x-token"), None);
    }
    let (server, webhook) = webhook(204);
    drop(server);
    assert!(webhook.check().await.is_err());
}

#[test]
fn a_header_needs_a_name_and_a_value() {
    let mut source = Source::of([("ALERT_URL", "https://hub.example/x"), ("ALERT_URL_HEADER", "t0ken")]);
    assert!(Config::read(&mut source).is_none());
    let mistakes = source.finish().unwrap_err().to_string();
    assert_eq!(mistakes, "ALERT_URL_HEADER must be the name of a header, a colon, and its value");
}
