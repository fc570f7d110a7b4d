//! Slack as it answers: webhooks in plain text, the web API in JSON under status 200.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use alert_channel::{Channel, SendError, Thread};
use alert_engine::{Notification, NotificationKind, Severity};
use alert_slack::{Config, Destination, Slack, channels};
use fault::{Fault, Kind};
use http_client::{Client, Options};
use http_sim::{Delivery, Reply, Request, Server, services};
use jiff::Timestamp;
use serde_json::{Value, json};
use settings::{Settings, Source};

fn notification(key: &str, kind: NotificationKind) -> Notification {
    Notification {
        key: key.into(),
        kind,
        severity: Severity::Critical,
        concern: None,
        title: format!("{key} failed"),
        detail: if kind == NotificationKind::Firing { "a < b & ``` c".into() } else { String::new() },
        context: "failing since noon".into(),
        since: Timestamp::UNIX_EPOCH,
        at: Timestamp::UNIX_EPOCH,
        next_reminder: None,
        value: None,
        limit: None,
        unit: None,
        link: Some("https://runbook.example/nws".into()),
        program: "nws".into(),
        labels: std::collections::BTreeMap::new(),
    }
}

fn firing() -> [Notification; 1] {
    [notification("nws", NotificationKind::Firing)]
}

fn http(timeout: Duration) -> Client {
    let tls = tls::client_config(None).unwrap();
    Client::new(Options { timeout, ..Options::new("test", "0.0.0", tls) }).unwrap()
}

fn slack(destination: Destination, timeout: Duration) -> Slack {
    channels(&Config::to(destination), &http(timeout)).pop().unwrap()
}

/// A server that gives one answer to the requests it expects, and 404 to all others.
fn server(reply: Reply, is_expected: fn(&Request) -> bool) -> Server {
    let answer =
        move |request: &Request| if is_expected(request) { reply.clone() } else { Reply::empty(404) };
    Server::start(answer).unwrap()
}

fn webhook(reply: Reply) -> (Server, Slack) {
    let server = server(reply, |call| call.method == "POST" && call.path == "/services/T0/B0/hook");
    let url = format!("{}/services/T0/B0/hook", server.url()).parse().unwrap();
    (server, slack(Destination::Webhook(url), Duration::from_millis(500)))
}

fn answer(status: u16, body: &str) -> Reply {
    Reply::text(status, body)
}

fn bot_at(url: &str) -> Slack {
    let (token, channel) = ("xoxb-1".into(), "#alerts".into());
    slack(Destination::Bot { url: url.parse().unwrap(), token, channel }, Duration::from_secs(5))
}

fn bot(reply: Reply) -> (Server, Slack) {
    let is_expected = |call: &Request| {
        call.path == "/api/chat.postMessage" && call.header("authorization") == Some("Bearer xoxb-1")
    };
    let server = server(reply, is_expected);
    let slack = bot_at(server.url());
    (server, slack)
}

fn received(server: &Server) -> Vec<Value> {
    server.requests().iter().map(|request| request.json().unwrap()).collect()
}

fn simulated() -> (services::SlackSim, Server, Slack) {
    let sim = services::SlackSim::new("xoxb-1");
    let server = Server::start(sim.clone()).unwrap();
    let slack = bot_at(server.url());
    (sim, server, slack)
}

#[tokio::test]
async fn a_webhook_gets_blocks_and_a_plain_text() {
    let (server, slack) = webhook(answer(200, "ok"));
    assert_eq!(slack.send(&firing(), None).await.unwrap(), None);
    let body = received(&server).remove(0);
    assert_eq!(body["text"], "nws failed: a &lt; b &amp; ``` c (failing since noon)");
    assert_eq!(body["blocks"][0]["text"]["text"], ":red_circle: *nws failed*");
    assert_eq!(body["blocks"][1]["text"]["text"], "```a &lt; b &amp; ''' c```");
    let context = "failing since noon · <https://runbook.example/nws|more>";
    assert_eq!(body["blocks"][2]["elements"][0]["text"], context);
}

#[tokio::test]
async fn a_storm_is_one_message_with_its_count() {
    let (server, slack) = webhook(answer(200, "ok"));
    let storm: Vec<_> = (0..40)
        .map(|n| notification(&format!("p{n} {}", "x".repeat(400)), NotificationKind::Firing))
        .collect();
    slack.send(&storm, None).await.unwrap();
    let body = received(&server).remove(0);
    assert!(body["text"].as_str().unwrap().starts_with("40 alerts: p0 "), "{body}");
    assert_eq!(body["blocks"][0]["text"]["text"], "*40 alerts*");
    let longest = |block: &Value| block["text"]["text"].as_str().unwrap_or_default().chars().count();
    assert!(body["blocks"].as_array().unwrap().iter().map(longest).all(|length| length <= 3000));
    assert!(body["blocks"].to_string().contains("… and 30 more"));
}

/// Every known answer of a webhook, and the action it asks for.
#[tokio::test]
async fn the_answers_of_a_webhook_are_understood() {
    for (status, text, kind) in [
        (400, "invalid_payload", Kind::Rejected),
        (400, "user_not_found", Kind::Configuration),
        (400, "no_text", Kind::Rejected),
        (403, "action_prohibited", Kind::Unauthorized),
        (404, "channel_not_found", Kind::Configuration),
        (404, "no_service", Kind::Configuration),
        (410, "channel_is_archived", Kind::Configuration),
        (429, "rate_limited", Kind::RateLimited),
        (500, "rollup_error", Kind::Temporary),
        (200, "<html><title>Sign in</title></html>", Kind::Configuration),
    ] {
        let (server, slack) = webhook(answer(status, text));
        let error = slack.send(&firing(), None).await.unwrap_err();
        assert!(error.is_certain() && error.kind() == kind, "{status} {text}: {error:?}");
        assert!(!fault::chain(&error).contains("T0/B0"), "{error:?}");
        assert_eq!(server.requests().len(), 1, "the channel repeats nothing by itself");
    }
    let (_server, slack) = webhook(answer(429, "rate_limited").header("retry-after", "7"));
    let error = slack.send(&firing(), None).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn the_errors_in_a_200_are_understood() {
    for (code, kind) in [
        ("channel_not_found", Kind::Configuration),
        ("not_in_channel", Kind::Configuration),
        ("is_archived", Kind::Configuration),
        ("invalid_auth", Kind::Unauthorized),
        ("no_text", Kind::Rejected),
        ("ratelimited", Kind::RateLimited),
    ] {
        let (_server, slack) = bot(answer(200, &json!({"ok": false, "error": code}).to_string()));
        let error = slack.send(&firing(), None).await.unwrap_err();
        assert!(error.is_certain() && error.kind() == kind, "{code}: {error:?}");
    }
    let body = json!({"ok": false, "error": "missing_scope", "needed": "chat:write"});
    let (_server, slack) = bot(answer(200, &body.to_string()));
    let error = fault::chain(&slack.send(&firing(), None).await.unwrap_err());
    assert!(error.ends_with("slack refused the message: missing_scope (needed: chat:write)"), "{error}");
    let busy = answer(429, r#"{"ok": false, "error": "ratelimited"}"#).header("retry-after", "30");
    let (_server, slack) = bot(busy);
    let error = slack.send(&firing(), None).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (Kind::RateLimited, Some(Duration::from_secs(30))));
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_reported_as_such() {
    let late = answer(200, "ok").delivered(Delivery::Never);
    for reply in [late, answer(504, "")] {
        let (server, slack) = webhook(reply);
        let error = slack.send(&firing(), None).await.unwrap_err();
        assert!(matches!(error, SendError::Unconfirmed(_)), "{error:?}");
        assert_eq!(server.requests().len(), 1);
    }
    let (_server, slack) = bot(answer(200, r#"{"ok": false, "error": "internal_error"}"#));
    let error = slack.send(&firing(), None).await.unwrap_err();
    assert!(matches!(error, SendError::Unconfirmed(_)), "{error:?}");
}

#[tokio::test]
async fn a_message_whose_blocks_are_refused_is_sent_as_text() {
    let (server, slack) = bot(answer(200, r#"{"ok": false, "error": "invalid_blocks"}"#));
    slack.send(&firing(), None).await.unwrap_err();
    let bodies = received(&server);
    assert!(bodies[0]["blocks"].is_array() && bodies[1]["blocks"].is_null(), "{bodies:?}");
    assert_eq!(bodies[0]["text"], bodies[1]["text"]);
}

#[tokio::test]
async fn later_messages_are_in_the_thread_and_the_first_one_shows_the_end() {
    let (sim, _server, slack) = simulated();
    let thread = slack.send(&firing(), None).await.unwrap().unwrap();
    assert_eq!(
        slack.send(&[notification("nws", NotificationKind::Reminder)], Some(&thread)).await.unwrap(),
        None
    );
    assert_eq!(sim.messages()[0]["edited"], Value::Null);
    let over =
        Notification { title: "nws works again".into(), ..notification("nws", NotificationKind::Resolved) };
    slack.send(&[over], Some(&thread)).await.unwrap();
    let messages = sim.messages();
    assert_eq!(messages.len(), 3);
    for reply in &messages[1..] {
        assert_eq!(reply["thread_ts"], "1700000000.000001");
    }
    assert_eq!(messages[0]["edited"], true);
    assert_eq!(
        messages[0]["blocks"][0]["text"]["text"],
        ":large_green_circle: ~nws failed~\nnws works again"
    );
}

#[tokio::test]
async fn a_first_message_of_several_alerts_stays_open_until_all_are_over() {
    let (sim, _server, slack) = simulated();
    let both = [notification("a", NotificationKind::Firing), notification("b", NotificationKind::Firing)];
    let thread = slack.send(&both, None).await.unwrap();
    slack.send(&[notification("a", NotificationKind::Resolved)], thread.as_ref()).await.unwrap();
    assert_eq!(sim.messages()[0]["edited"], Value::Null);
    let both = [notification("a", NotificationKind::Resolved), notification("b", NotificationKind::Resolved)];
    slack.send(&both, thread.as_ref()).await.unwrap();
    assert_eq!(sim.messages()[0]["edited"], true);
}

#[tokio::test]
async fn a_thread_that_is_gone_or_unreadable_does_not_stop_a_message() {
    let (sim, _server, slack) = simulated();
    let gone = json!({"channel": "C00000000", "ts": "1600000000.000001", "alerts": 1, "titles": []});
    for thread in [Thread(gone.to_string()), Thread("of another version".into())] {
        let own = slack.send(&firing(), Some(&thread)).await.unwrap();
        assert!(own.is_some_and(|own| own != thread), "the message began a thread of its own");
    }
    assert_eq!(sim.messages().len(), 2);
}

#[tokio::test]
async fn a_check_posts_nothing() {
    let sim = services::SlackSim::new("xoxb-1");
    let server = Server::start(sim.clone()).unwrap();
    let url = format!("{}{}", server.url(), services::SlackSim::WEBHOOK).parse().unwrap();
    let webhook = slack(Destination::Webhook(url), Duration::from_secs(5));
    assert!(webhook.check().await.unwrap().starts_with("reachable"));
    let bot = bot_at(server.url());
    assert!(bot.check().await.unwrap().starts_with("accepts the token"));
    let calls: Vec<_> =
        server.requests().iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    assert_eq!(calls, ["HEAD /", "POST /api/auth.test"]);
    assert!(sim.messages().is_empty());
    let (token, channel) = ("xoxb-wrong".into(), "#alerts".into());
    let bot = Destination::Bot { url: server.url().parse().unwrap(), token, channel };
    assert!(slack(bot, Duration::from_secs(5)).check().await.is_err());
    drop(server);
    assert!(webhook.check().await.is_err());
}

fn routes(variables: &[(&str, &str)]) -> Result<Vec<(Option<String>, Severity)>, String> {
    let mut source = Source::of(variables.iter().copied());
    let config = Option::<Config>::read(&mut source).flatten();
    source.finish().map_err(|mistakes| mistakes.to_string())?;
    let channels = config.map(|config| channels(&config, &http(Duration::from_secs(1)))).unwrap_or_default();
    Ok(channels.iter().map(|slack| (slack.route().concern.clone(), slack.route().at_least)).collect())
}

#[test]
fn each_concern_may_have_a_place_of_its_own() {
    let (hook, all) = ("https://hooks.example/T/B/1", Severity::Info);
    let concern = |name: &str| Some(name.to_owned());
    assert_eq!(routes(&[]).unwrap(), []);
    assert_eq!(routes(&[("ALERT_WEBHOOK", hook)]).unwrap(), [(None, all)]);
    let several =
        [("SLACK_WEBHOOK_URL", hook), ("CLIMATE_ALERT_WEBHOOK", hook), ("SLACK_NETWORK_WEBHOOK_URL", hook)];
    assert_eq!(
        routes(&several).unwrap(),
        [(None, all), (concern("climate"), all), (concern("network"), all)]
    );
    let bot = [("SLACK_TOKEN", "xoxb-1"), ("SLACK_CLIMATE_CHANNEL", "#c"), ("SLACK_DEVICE_CHANNEL", "#d")];
    assert_eq!(routes(&bot).unwrap(), [(concern("climate"), all), (concern("device"), all)]);
    let severe = [("SLACK_WEBHOOK_URL", hook), ("SLACK_SEVERITY", "critical")];
    assert_eq!(routes(&severe).unwrap(), [(None, Severity::Critical)]);
}

#[test]
fn the_only_place_there_is_takes_all_concerns() {
    let only = [("DEVICE_ALERT_WEBHOOK", "https://hooks.example/T/B/1")];
    assert_eq!(routes(&only).unwrap(), [(None, Severity::Info)]);
}

#[test]
fn half_a_setting_is_a_mistake() {
    for (variables, mistake) in [
        (vec![("SLACK_TOKEN", "xoxb-1")], "SLACK_CHANNEL is required where SLACK_TOKEN is set"),
        (vec![("SLACK_CLIMATE_CHANNEL", "#c")], "SLACK_CLIMATE_CHANNEL needs SLACK_TOKEN"),
        (vec![("CLIMATE_ALERT_WEBHOOK", "#c")], "CLIMATE_ALERT_WEBHOOK must be an http or https URL"),
    ] {
        assert_eq!(routes(&variables).unwrap_err(), mistake);
    }
}
