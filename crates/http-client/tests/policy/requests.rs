//! Requests as they arrive at a service.

use fault::{Fault, Kind};
use http_client::{Cause, Url};
use secret::{Redactor, Secret};
use serde_json::json;

use crate::server::{Seen, Server, client, reply, service};

async fn echo() -> Server {
    Server::always(|| reply(200, &[], "{}")).await
}

fn target(seen: &Seen) -> &str {
    seen.line.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn the_path_prefix_and_query_of_the_base_are_kept() {
    let server = echo().await;
    for (base, path, expected) in [
        ("", "/points/1,2", "/points/1,2"),
        ("/", "points", "/points"),
        ("/nws", "/points/1,2", "/nws/points/1,2"),
        ("/nws/", "/points/", "/nws/points/"),
        ("/hook/T0", "", "/hook/T0"),
        ("/push/k?status=up", "", "/push/k?status=up"),
        ("/x?db=1", "/a b?c#d", "/x/a%20b%3Fc%23d?db=1"),
    ] {
        let base = server.url.join(base).unwrap();
        service(&base).get("op", path).send().await.unwrap();
        assert_eq!(target(server.seen().last().unwrap()), expected);
    }
}

#[tokio::test]
async fn queries_are_encoded() {
    let server = echo().await;
    let request = server.service().get("op", "/").query("q", "Århus & co").query("limit", 5);
    request.secret_query("key", &Secret::from("p/w+1")).send().await.unwrap();
    assert_eq!(target(&server.seen()[0]), "/?q=%C3%85rhus+%26+co&limit=5&key=p%2Fw%2B1");
}

#[tokio::test]
async fn the_program_and_a_contact_are_the_user_agent() {
    let server = echo().await;
    server.service().get("op", "/").send().await.unwrap();
    server.service().contact("ops@example.org (ops\n)").get("op", "/").send().await.unwrap();
    server.service().get("op", "/").header("User-Agent", "other").send().await.unwrap();
    let seen = server.seen();
    let agents: Vec<_> = seen.iter().map(|seen| seen.header("user-agent").unwrap()).collect();
    assert_eq!(agents, ["prog/1.2.3", "prog/1.2.3 (ops@example.org ops)", "other"]);
}

#[tokio::test]
async fn json_is_asked_for_unless_the_caller_asks_for_a_kind_of_it() {
    let server = echo().await;
    server.service().get("op", "/").json::<serde_json::Value>().await.unwrap();
    let request = server.service().get("op", "/").header("accept", "application/geo+json");
    request.json::<serde_json::Value>().await.unwrap();
    let seen = server.seen();
    let accepted: Vec<_> = seen.iter().map(|seen| seen.header("accept").unwrap()).collect();
    assert_eq!(accepted, ["application/json", "application/geo+json"]);
}

#[tokio::test]
async fn bodies_carry_their_type_and_encoding() {
    let server = echo().await;
    server.service().post("op", "/").json_body(&json!({"text": "hi"})).send().await.unwrap();
    server.service().put("op", "/").body("text/plain", "zip").content_encoding("gzip").send().await.unwrap();
    let seen = server.seen();
    assert_eq!(
        (seen[0].line.as_str(), seen[0].body.as_slice()),
        ("POST / HTTP/1.1", &br#"{"text":"hi"}"#[..])
    );
    assert_eq!(seen[0].header("content-type"), Some("application/json"));
    assert_eq!((seen[1].line.as_str(), seen[1].body.as_slice()), ("PUT / HTTP/1.1", &b"zip"[..]));
    assert_eq!(seen[1].header("content-type"), Some("text/plain"));
    assert_eq!(seen[1].header("content-encoding"), Some("gzip"));
}

#[tokio::test]
async fn credentials_arrive_where_they_belong() {
    let server = echo().await;
    let secret = Secret::from("t0ken");
    server.service().get("op", "/").bearer(&secret).send().await.unwrap();
    server.service().get("op", "/").token("Token", &secret).send().await.unwrap();
    server.service().get("op", "/").secret_header("X-Api-Key", &secret).send().await.unwrap();
    let mut base = server.url.clone();
    base.set_username("user").unwrap();
    base.set_password(Some("pass")).unwrap();
    service(&base).follow("op", server.url.join("/next").unwrap().as_str()).send().await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(seen[1].header("authorization"), Some("Token t0ken"));
    assert_eq!(seen[2].header("x-api-key"), Some("t0ken"));
    assert_eq!(seen[3].header("authorization"), Some("Basic dXNlcjpwYXNz"));
}

#[tokio::test]
async fn an_invalid_request_names_the_mistake_and_is_not_sent() {
    let server = echo().await;
    let error = server.service().get("op", "/").bearer(&Secret::from("t0ken\n")).send().await.unwrap_err();
    assert!(error.to_string().contains("`authorization`"), "{error}");
    assert_eq!(error.kind(), Kind::Configuration);
    let odd = std::collections::HashMap::from([((1, 2), 3)]);
    let error = server.service().post("op", "/").json_body(&odd).send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::Encode(_)), "{error}");
    assert_eq!(error.kind(), Kind::Rejected);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_link_is_followed_on_the_origin_of_the_base_only() {
    let server = echo().await;
    let base = server.url.join("/v1/").unwrap();
    let own = server.url.join("/v1/next?page=2").unwrap();
    for link in [own.as_str(), "/v1/next?page=2", "next?page=2"] {
        service(&base).follow("op", link).send().await.unwrap();
        assert_eq!(target(server.seen().last().unwrap()), "/v1/next?page=2");
    }
    let other_port = "http://127.0.0.1:1/next";
    for link in [
        other_port,
        "https://127.0.0.1/",
        "//evil.example/",
        "file:///etc/passwd",
        "http://[bad",
        "mailto:a@b",
    ] {
        let error = service(&base).follow("op", link).send().await.unwrap_err();
        assert!(matches!(error.cause, Cause::ForeignLink), "{link}: {error}");
        assert_eq!(error.kind(), Kind::Rejected);
    }
    assert_eq!(server.seen().len(), 3);
}

/// Runs another test in an environment with a proxy that does not exist, since a client could read it when it is built.
#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let mut test = commands::built(std::env::current_exe().unwrap());
    test.args(["--exact", "requests::queries_are_encoded"]);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        test.env(name, "http://127.0.0.1:1");
    }
    let output = test.output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");
}

#[test]
fn a_request_may_be_awaited_on_any_thread() {
    fn assert_send(_: impl Send) {}
    let base = Url::parse("http://localhost").unwrap();
    let service = client(fault::Retry::never(), Redactor::default()).service("svc", &base);
    assert_send(service.get("op", "/").send());
}
