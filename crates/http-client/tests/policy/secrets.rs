//! Secrets stay out of errors, wherever a service quotes them.

use std::fmt::Debug;

use fault::Retry;
use http_client::{Error, Request, Url};
use secret::{Redactor, Secret};

use crate::server::{Answer, Seen, Server, client, head, impatient, reply, service};

/// Secret with characters that differ between a URL, JSON and plain text.
const KEY: &str = "s3cr&t/K\"ey~1";
/// Start of the secret, equal in all its forms.
const MARK: &str = "s3cr";

fn planted(request: Request) -> Request {
    let key = Secret::from(KEY);
    request.secret_query("appid", &key).secret_header("x-token", &key).bearer(&key)
}

fn assert_hidden(text: &str) {
    assert!(!text.contains(MARK), "{text}");
}

fn assert_silent(error: &Error) {
    for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}"), fault::chain(error)] {
        assert_hidden(&text);
        assert!(!text.contains("//127.0.0.1"), "a URL: {text}");
    }
}

/// Replies that quote the key in every place a client might print.
fn leak(seen: &Seen) -> Answer {
    let target = seen.line.split(' ').nth(1).unwrap();
    let location = format!("Location: {target}");
    let foreign = format!("Location: http://foreign.example{target}");
    let quoted = serde_json::to_string(KEY).unwrap();
    match target.split('?').next().unwrap() {
        "/json" => reply(401, &[], format!("{{\"message\":\"bad key {}\"}}", quoted.trim_matches('"'))),
        "/text" => reply(429, &[], format!("{} bad key {KEY}", "x".repeat(280))),
        "/page" => reply(500, &[], format!("<title>GET {target}</title>")),
        "/other" => reply(503, &[], format!("{{\"request\":{quoted}}}")),
        "/type" => reply(200, &[], format!("[{quoted}]")),
        "/path" => reply(200, &[], format!("{{{quoted}:[\"x\"]}}")),
        "/html" => reply(200, &[], format!("<html><title>{KEY}</title>")),
        "/loop" => reply(302, &[location.as_str()], KEY),
        "/foreign" => reply(302, &[foreign.as_str()], KEY),
        "/cut" => Answer::Bytes([head(200, &[], 500).as_slice(), KEY.as_bytes()].concat()),
        "/stall" => Answer::Stall(head(200, &[], 500)),
        "/reset" => Answer::Reset,
        _ => Answer::Bytes(KEY.into()),
    }
}

#[tokio::test]
async fn a_key_is_in_no_error_wherever_the_service_quotes_it() {
    let server = Server::start(|_, seen| leak(seen)).await;
    let paths = [
        "json", "text", "page", "other", "type", "path", "html", "loop", "foreign", "cut", "stall", "reset",
        "",
    ];
    for path in paths {
        let request = planted(impatient(&server.url).get("op", path));
        let error = request.json::<std::collections::HashMap<String, Vec<f64>>>().await.unwrap_err();
        assert_silent(&error);
    }
}

#[tokio::test]
async fn a_key_is_in_no_error_of_a_request_that_was_not_answered() {
    let nobody: Url = "http://127.0.0.1:1".parse().unwrap();
    assert_silent(&planted(service(&nobody).get("op", "/")).send().await.unwrap_err());
    assert_silent(
        &planted(service(&nobody).follow("op", &format!("//{MARK}.example"))).send().await.unwrap_err(),
    );
    let broken = Secret::from(format!("{KEY}\n"));
    assert_silent(&service(&nobody).get("op", "/").bearer(&broken).send().await.unwrap_err());
    let scheme: Url = format!("ftp://user:{MARK}@localhost/{MARK}").parse().unwrap();
    assert_silent(&service(&scheme).get("op", "/").send().await.unwrap_err());
}

#[tokio::test]
async fn nothing_of_the_client_prints_a_key() {
    let server = Server::always(|| reply(200, &[], KEY)).await;
    let mut base = server.url.join(&format!("/hook/{MARK}?{MARK}")).unwrap();
    base.set_password(Some(MARK)).unwrap();
    let client = client(Retry::never(), Redactor::default());
    let service = client.service("svc", &base);
    let request = planted(service.get("op", ""));
    let parts: [&dyn Debug; 3] = [&client, &service, &request];
    for part in parts {
        assert_hidden(&format!("{part:?}"));
    }
    assert_hidden(&format!("{:?}", request.send().await.unwrap()));
}

#[tokio::test]
async fn the_address_of_a_webhook_is_removed_from_its_replies() {
    let server = Server::start(|_, seen| reply(404, &[], format!("cannot {}", seen.line))).await;
    let base = server.url.join(&format!("/services/T0/{MARK}?{MARK}=1")).unwrap();
    let error = service(&base).with_secret_address().post("op", "").send().await.unwrap_err();
    assert_eq!(error.to_string(), "svc op: 404 Not Found: cannot POST /[redacted]?[redacted] HTTP/1.1");
}

#[tokio::test]
async fn the_redactor_of_the_program_learns_the_secrets_of_requests() {
    let server = Server::always(|| reply(200, &[], "")).await;
    let redactor = Redactor::default();
    let service = client(Retry::never(), redactor.clone()).service("svc", &server.url);
    service.get("op", "/").bearer(&Secret::from("learned")).send().await.unwrap();
    assert_eq!(redactor.scrub("it learned"), "it [redacted]");
}
