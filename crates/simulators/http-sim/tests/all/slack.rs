//! Tests of the simulated Slack.

use crate::client::{Response, post};
use http_sim::Server;
use http_sim::services::SlackSim;
use serde_json::{Value, json};

fn start() -> (SlackSim, Server) {
    let slack = SlackSim::new("xoxb-token").channel("#ops");
    let server = Server::start(slack.clone()).unwrap();
    (slack, server)
}

fn hook(server: &Server, path: &str, body: &str) -> Response {
    post(&format!("{}{path}", server.url()), &[("content-type", "application/json")], body.as_bytes())
}

fn api(server: &Server, method: &str, token: &str, body: &Value) -> Value {
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let response = post(&format!("{}/api/{method}", server.url()), &headers, body.to_string().as_bytes());
    assert_eq!(response.status, 200);
    response.json()
}

#[test]
fn a_webhook_answers_in_plain_text() {
    let (slack, server) = start();
    let answers = [
        (SlackSim::WEBHOOK, r#"{"text": "hello"}"#, 200, "ok"),
        (SlackSim::WEBHOOK, r#"{"blocks": [{"type": "divider"}]}"#, 200, "ok"),
        (SlackSim::WEBHOOK, r#"{"text": ""}"#, 400, "no_text"),
        (SlackSim::WEBHOOK, "text", 400, "invalid_payload"),
        ("/services/T0/B0/revoked", r#"{"text": "hello"}"#, 404, "no_service"),
    ];
    for (path, body, status, text) in answers {
        let response = hook(&server, path, body);
        assert_eq!((response.status, response.text()), (status, text), "{body}");
    }
    assert_eq!(slack.messages().len(), 2);
    assert_eq!(slack.messages()[0], json!({"text": "hello"}));
}

#[test]
fn a_posted_message_comes_back_with_its_time() {
    let (slack, server) = start();
    let answer = api(&server, "chat.postMessage", "xoxb-token", &json!({"channel": "#ops", "text": "hello"}));
    assert_eq!((&answer["ok"], &answer["message"]["text"]), (&json!(true), &json!("hello")));
    assert!(answer["ts"].is_string());
    assert_eq!(slack.messages()[0]["channel"], "#ops");
}

#[test]
fn failures_of_the_web_api_hide_in_a_200() {
    let (slack, server) = start();
    let message = json!({"channel": "#ops", "text": "hello"});
    let error = |method, token, body: &Value| {
        let answer = api(&server, method, token, body);
        assert_eq!(answer["ok"], false);
        answer["error"].as_str().unwrap().to_owned()
    };
    let post = "chat.postMessage";
    assert_eq!(error(post, "wrong", &message), "invalid_auth");
    assert_eq!(error(post, "xoxb-token", &json!({"channel": "#none", "text": "x"})), "channel_not_found");
    assert_eq!(error(post, "xoxb-token", &json!({"channel": "#ops"})), "no_text");
    assert_eq!(error(post, "xoxb-token", &json!([])), "invalid_json");
    assert_eq!(error("chat.dance", "xoxb-token", &message), "unknown_method");
    assert!(slack.messages().is_empty());
}

#[test]
fn blocks_over_the_limits_are_refused() {
    let (_, server) = start();
    let header = json!({"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}});
    let blocks = json!({"channel": "#ops", "blocks": [header]});
    let answer = api(&server, "chat.postMessage", "xoxb-token", &blocks);
    assert_eq!(answer["error"], "invalid_blocks");
    let reason = answer["response_metadata"]["messages"][0].as_str().unwrap();
    assert_eq!(reason, "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]");
    assert_eq!(hook(&server, SlackSim::WEBHOOK, &blocks.to_string()).status, 400);
}

#[test]
fn a_token_can_be_tested_alone() {
    let (_, server) = start();
    assert_eq!(api(&server, "auth.test", "xoxb-token", &json!({}))["ok"], true);
}

#[test]
fn a_reply_needs_its_thread_and_an_edit_its_message() {
    let (slack, server) = start();
    let first = api(&server, "chat.postMessage", "xoxb-token", &json!({"channel": "#ops", "text": "down"}));
    let (channel, ts) = (&first["channel"], &first["ts"]);
    let reply = json!({"channel": channel, "thread_ts": ts, "text": "still down"});
    assert_eq!(api(&server, "chat.postMessage", "xoxb-token", &reply)["ok"], true);
    let edit = json!({"channel": channel, "ts": ts, "text": "up"});
    assert_eq!(api(&server, "chat.update", "xoxb-token", &edit)["ok"], true);
    assert_eq!(slack.messages()[0], json!({"channel": "#ops", "text": "up", "edited": true}));

    let lost =
        json!({"channel": "#ops", "thread_ts": "1600000000.000001", "ts": "1600000000.000001", "text": "x"});
    assert_eq!(api(&server, "chat.postMessage", "xoxb-token", &lost)["error"], "thread_not_found");
    let lost = json!({"channel": channel, "ts": "1700000000.000009", "text": "x"});
    assert_eq!(api(&server, "chat.update", "xoxb-token", &lost)["error"], "message_not_found");
}

#[test]
fn a_strict_workspace_takes_one_message_a_second_in_each_channel() {
    let slack = SlackSim::new("xoxb-token").channel("#ops").strict();
    let server = Server::start(slack.clone()).unwrap();
    let status = |channel: &str| {
        let body = json!({"channel": channel, "text": "hello"}).to_string();
        let headers = [("authorization", "Bearer xoxb-token")];
        let response = post(&format!("{}/api/chat.postMessage", server.url()), &headers, body.as_bytes());
        (response.status, response.header("retry-after").map(str::to_owned))
    };
    assert_eq!(status("#ops"), (200, None));
    assert_eq!(status("#ops"), (429, Some("1".to_owned())));
    assert_eq!(status("#alerts"), (200, None));
    assert_eq!(slack.messages().len(), 2);
}
