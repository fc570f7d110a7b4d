//! Slack as it answers: webhooks in plain text, the web API in JSON under status 200.
#![expect(clippy::unwrap_used, reason = "a test")]

use alert_engine::{Message, Severity};
use alert_slack::{Config, Error, Slack};
use fault::{Fault, Kind};
use http_client::{Client, Options};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn message() -> Message {
    Message {
        severity: Severity::Critical,
        title: "nws failed at extract".into(),
        detail: "a < b & ``` c".into(),
        context: "failing since noon".into(),
    }
}

fn http(timeout: std::time::Duration) -> Client {
    let tls = tls::client_config(None).unwrap();
    Client::new(Options { timeout, ..Options::new("test", "0.0.0", tls) }).unwrap()
}

async fn webhook(status: u16, body: &str) -> (MockServer, Slack) {
    let server = MockServer::start().await;
    let reply = ResponseTemplate::new(status).set_body_string(body);
    Mock::given(method("POST")).and(path("/services/T0/B0/hook")).respond_with(reply).mount(&server).await;
    let url = format!("{}/services/T0/B0/hook", server.uri()).parse().unwrap();
    (server, Slack::new(&Config::Webhook(url), &http(std::time::Duration::from_secs(5))))
}

async fn bot(reply: Value) -> (MockServer, Slack) {
    let server = MockServer::start().await;
    let reply = ResponseTemplate::new(200).set_body_json(reply);
    let given = Mock::given(path("/api/chat.postMessage")).and(header("authorization", "Bearer xoxb-1"));
    given.respond_with(reply).mount(&server).await;
    let config =
        Config::Bot { url: server.uri().parse().unwrap(), token: "xoxb-1".into(), channel: "C1".into() };
    (server, Slack::new(&config, &http(std::time::Duration::from_secs(5))))
}

#[tokio::test]
async fn a_webhook_gets_blocks_and_a_plain_text() {
    let (server, slack) = webhook(200, "ok").await;
    slack.send(&message()).await.unwrap();
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body["text"], "nws failed at extract: a &lt; b &amp; ``` c (failing since noon)");
    assert_eq!(body["blocks"][0]["text"]["text"], ":red_circle: *nws failed at extract*");
    assert_eq!(body["blocks"][1]["text"]["text"], "```a &lt; b &amp; ''' c```");
}

#[tokio::test]
async fn a_webhook_that_refuses_is_not_asked_again_and_its_address_stays_hidden() {
    for (status, code) in [(404, "no_service"), (410, "channel_is_archived"), (400, "invalid_payload")] {
        let (server, slack) = webhook(status, code).await;
        let error = slack.send(&message()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("slack refused the message: {code}"));
        assert_eq!(error.kind(), Kind::Configuration);
        assert!(!fault::chain(&error).contains("T0/B0"), "{error:?}");
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_page_in_place_of_a_webhook_takes_nothing() {
    let (_server, slack) = webhook(200, "<html><title>Sign in</title></html>").await;
    let error = slack.send(&message()).await.unwrap_err();
    assert_eq!(error.to_string(), "slack refused the message: the reply is not that of a webhook");
}

#[tokio::test]
async fn a_busy_webhook_is_asked_again() {
    let (server, slack) = webhook(500, "rollup_error").await;
    let error = slack.send(&message()).await.unwrap_err();
    assert!(matches!(error, Error::NotTaken(_)), "{error:?}");
    assert!(server.received_requests().await.unwrap().len() > 1);
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_not_sent_again() {
    let server = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(std::time::Duration::from_mins(1));
    Mock::given(method("POST")).respond_with(late).mount(&server).await;
    let url = format!("{}/hook", server.uri()).parse().unwrap();
    let slack = Slack::new(&Config::Webhook(url), &http(std::time::Duration::from_millis(200)));
    let error = slack.send(&message()).await.unwrap_err();
    assert!(!error.is_certain(), "{error:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bot_posts_to_its_channel_and_reads_the_errors_in_a_200() {
    let (server, slack) = bot(json!({ "ok": true, "ts": "1.2" })).await;
    slack.send(&message()).await.unwrap();
    let body: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(body["channel"], "C1");

    let (_server, slack) =
        bot(json!({ "ok": false, "error": "missing_scope", "needed": "chat:write" })).await;
    let error = slack.send(&message()).await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        ("slack refused the message: missing_scope", Kind::Unauthorized)
    );
}

#[tokio::test]
async fn a_check_posts_nothing() {
    let (_server, slack) = webhook(400, "no_text").await;
    slack.check().await.unwrap();
    let (_server, slack) = webhook(404, "no_service").await;
    assert!(slack.check().await.is_err());
    let (_server, slack) = bot(json!({ "ok": false, "error": "no_text" })).await;
    slack.check().await.unwrap();
    let (_server, slack) = bot(json!({ "ok": false, "error": "channel_not_found" })).await;
    assert!(slack.check().await.is_err());
}
