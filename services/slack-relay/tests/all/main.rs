//! Tests of the shipped program: accepted requests, sent messages, and restarts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod relay;

use http_sim::Server;
use http_sim::services::SlackSim;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::world::until;

use relay::Relay;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn start(variables: &[(&str, &str)]) -> (SlackSim, Server, TempDir, Relay) {
    let slack = SlackSim::new("xoxb-token").channel("#ops").strict();
    let server = Server::start(slack.clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(folder.path(), &server, variables);
    (slack, server, folder, relay)
}

fn message(text: &str, channel: &str) -> Value {
    json!({ "text": text, "slack_channel": channel })
}

fn texts(slack: &SlackSim, channel: &str) -> Vec<String> {
    let messages = slack.messages().into_iter().filter(|message| message["channel"] == channel);
    messages.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

fn alert(name: &str, status: &str) -> Value {
    let end = if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-08-20T07:20:00.123456789Z" };
    json!({
        "status": status, "fingerprint": name, "startsAt": "2026-08-20T07:00:00.123456789Z", "endsAt": end,
        "labels": {"alertname": name}, "annotations": {"summary": "Rack is hot"}, "generatorURL": "",
    })
}

fn group(alerts: &[Value]) -> Value {
    json!({
        "version": "4", "groupKey": "{}", "status": "firing", "receiver": "webhook", "alerts": alerts,
        "truncatedAlerts": 0, "notification_reason": "first notification", "routeLabels": {},
    })
}

#[test]
fn messages_arrive_in_order_and_slack_never_has_to_ask_for_patience() {
    let (slack, server, _folder, relay) = start(&[]);
    relay.take("/send_message", &message("1 <https://example.org|one>", "#ops"));
    assert_eq!(relay.post("/send_message", FORM, "text=2+%26+two&slack_channel=%23ops").status, 200);
    relay.take("/send_message", &message("3", "ops"));
    relay.take("/send_message", &message("4", "#alerts"));
    until("the last message", || slack.messages().len() == 4);
    assert_eq!(texts(&slack, "#ops"), ["1 <https://example.org|one>", "2 & two"]);
    assert_eq!((texts(&slack, "ops"), texts(&slack, "#alerts")), (vec!["3".into()], vec!["4".into()]));
    assert_eq!(slack.messages().last().unwrap()["text"], "3", "one channel does not wait for another");
    assert_eq!(server.requests().len(), 4, "Slack refused none");
    assert_eq!(relay.terminate(), Some(0));
}

#[test]
fn accepted_messages_survive_a_crash() {
    let (slack, server, folder, relay) = start(&[]);
    server.set_fault("503".parse().unwrap());
    for text in ["1", "2"] {
        relay.take("/send_message", &message(text, "#ops"));
    }
    relay.take("/alertmanager?channel=alerts", &group(&[alert("Hot", "firing")]));
    until("an attempt", || !server.requests().is_empty());
    relay.kill();
    assert!(slack.messages().is_empty());

    server.clear_faults();
    let relay = Relay::start(folder.path(), &server, &[]);
    let again = relay.take("/alertmanager?channel=alerts", &group(&[alert("Hot", "firing")]));
    assert_eq!(again["new"], 0, "a repeated delivery is known after a crash");
    until("all messages", || slack.messages().len() == 3);
    assert_eq!(texts(&slack, "#ops"), ["1", "2"]);
    assert_eq!(texts(&slack, "alerts").len(), 1);
}

#[test]
fn a_message_that_slack_may_have_accepted_is_not_sent_again() {
    let (slack, server, _folder, relay) = start(&[("HTTP_TIMEOUT_SECONDS", "0.3")]);
    server.set_fault("stall:1".parse().unwrap());
    relay.take("/send_message", &message("lost or not", "#ops"));
    relay.take("/send_message", &message("next", "#ops"));
    until("the next message", || slack.messages().iter().any(|message| message["text"] == "next"));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_message_on_its_way_does_not_keep_the_program_from_ending() {
    let (slack, server, folder, relay) = start(&[]);
    server.set_fault("stall".parse().unwrap());
    relay.take("/send_message", &message("kept", "#ops"));
    until("the attempt", || !server.requests().is_empty());
    assert_eq!(relay.terminate(), Some(0));
    server.clear_faults();
    let _relay = Relay::start(folder.path(), &server, &[]);
    until("the message", || texts(&slack, "#ops") == ["kept"]);
}

#[test]
fn a_channel_that_does_not_exist_holds_up_no_other() {
    let (slack, _server, _folder, relay) = start(&[]);
    relay.take("/send_message", &message("nowhere", "#none"));
    relay.take("/send_message", &message("here", "#ops"));
    until("the message", || texts(&slack, "#ops") == ["here"]);
    // A sent message is removed from the queue after Slack has it.
    until("the queue", || {
        let metrics = relay.ask("GET", "/metrics", "Authorization: Bearer planted-token\r\n", "");
        metrics.body.contains("slack_relay_waiting 1")
    });
}

#[test]
fn a_group_is_sent_once_and_its_new_alerts_later() {
    let (slack, _server, _folder, relay) = start(&[("SLACK_CHANNEL", "#ops")]);
    let new = |alerts: &[Value]| relay.take("/alertmanager", &group(alerts))["new"].clone();
    let (hot, wet) = (alert("Hot", "firing"), alert("Wet", "firing"));
    assert_eq!(new(&[hot.clone(), wet.clone()]), 2);
    assert_eq!(new(&[hot.clone(), wet.clone()]), 0, "a repeated delivery");
    assert_eq!(new(&[alert("Hot", "resolved"), wet, alert("Dark", "firing")]), 2);
    assert_eq!(new(&[alert("Hot", "resolved")]), 0);
    until("both messages", || slack.messages().len() == 2);
    let texts = texts(&slack, "#ops");
    assert!(texts[0].starts_with("*2 alerts*"), "{texts:?}");
    assert!(texts[1].starts_with("*1 firing, 1 over*") && !texts[1].contains("Wet"), "{texts:?}");
}

#[test]
fn requests_without_a_token_get_only_the_probes() {
    let (slack, _server, _folder, relay) = start(&[]);
    let body = message("hello", "#ops").to_string();
    for headers in ["", "Authorization: Bearer wrong\r\n"] {
        for path in ["/send_message", "/alertmanager", "/other"] {
            assert_eq!(relay.ask("POST", path, headers, &body).status, 401, "{path}");
        }
        assert_eq!(relay.ask("GET", "/metrics", headers, "").status, 401);
    }
    let ping = relay.ask("GET", "/ping", "", "");
    assert_eq!((ping.status, ping.body.as_str()), (200, "pong"));
    assert_eq!(relay.ask("GET", "/healthz", "", "").status, 200);
    assert!(slack.messages().is_empty());
}

#[test]
fn an_invalid_message_is_rejected_at_once() {
    let (_slack, _server, _folder, relay) = start(&[]);
    let long = message(&"x".repeat(40_001), "#ops").to_string();
    let huge = message(&"x".repeat(300_000), "#ops").to_string();
    for (path, media_type, body, status) in [
        ("/send_message", JSON, message("", "#ops").to_string().as_str(), 400),
        ("/send_message", JSON, message("x", "two words").to_string().as_str(), 400),
        ("/send_message", JSON, r#"{"text": "x"}"#, 400),
        ("/send_message", JSON, "text", 400),
        ("/send_message", FORM, "text=x", 400),
        ("/send_message", "text/plain", "x", 415),
        ("/send_message", JSON, &long, 400),
        ("/send_message", JSON, &huge, 413),
        ("/alertmanager", JSON, group(&[alert("Hot", "firing")]).to_string().as_str(), 400),
        ("/alertmanager?channel=ops", JSON, r#"{"version": "3", "alerts": []}"#, 400),
        ("/alertmanager?channel=ops", JSON, r#"{"version": "4"}"#, 400),
    ] {
        assert_eq!(relay.post(path, media_type, body).status, status, "{path} {media_type} {body:.60}");
    }
}

#[test]
fn requests_beyond_the_rate_limit_get_429() {
    let (_slack, _server, _folder, relay) = start(&[("REQUESTS_PER_MINUTE", "2")]);
    let body = message("x", "#ops").to_string();
    let answers: Vec<_> = (0..3).map(|_| relay.post("/send_message", JSON, &body)).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 429]);
    assert!(answers[2].head.contains("retry-after: "), "{}", answers[2].head);
}

#[test]
fn a_full_queue_rejects_messages() {
    let (_slack, server, _folder, relay) = start(&[("QUEUE_LIMIT", "2")]);
    server.set_fault("503".parse().unwrap());
    let body = message("x", "#ops").to_string();
    let answers: Vec<_> = (0..3).map(|_| relay.post("/send_message", JSON, &body)).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 503]);
    assert!(answers[2].head.contains("retry-after: 60"), "{}", answers[2].head);
}
