//! Error kinds of HTTP statuses.

use std::time::Duration;

use fault::{Fault, Kind, Retry};
use http_client::{Cause, StatusCode};
use secret::Redactor;

use crate::server::{Answer, Server, client, error, head, impatient, reply};

#[tokio::test]
async fn each_status_has_its_kind() {
    for (status, kind) in [
        (304, Kind::Configuration),
        (400, Kind::Configuration),
        (401, Kind::Unauthorized),
        (403, Kind::Unauthorized),
        (404, Kind::Configuration),
        (408, Kind::Temporary),
        (422, Kind::Configuration),
        (425, Kind::Temporary),
        (429, Kind::RateLimited),
        (500, Kind::Temporary),
        (501, Kind::Configuration),
        (502, Kind::Temporary),
        (503, Kind::Temporary),
        (504, Kind::Temporary),
        (505, Kind::Configuration),
        (599, Kind::Temporary),
    ] {
        let error = error(move || reply(status, &[], "")).await;
        assert_eq!((error.kind(), error.retry_after()), (kind, None), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn an_error_reads_as_service_operation_status_and_explanation() {
    let problem = r#"{"title":"Data Unavailable","detail":"Unable to provide data for requested point"}"#;
    let explained = error(move || reply(404, &["Content-Type: application/problem+json"], problem)).await;
    assert_eq!(explained.to_string(), "svc op: 404 Not Found: Unable to provide data for requested point");
    assert_eq!(error(|| reply(418, &[], "")).await.to_string(), "svc op: 418 I'm a teapot");
    assert_eq!(error(|| reply(599, &[], "odd")).await.to_string(), "svc op: 599: odd");
}

#[tokio::test]
async fn the_wait_a_service_asks_for_is_reported() {
    for status in [403, 429, 503] {
        let error = error(move || reply(status, &["Retry-After: 90"], "")).await;
        assert_eq!(error.retry_after(), Some(Duration::from_secs(90)), "{error}");
    }
    let date = ["Date: Fri, 06 Nov 2026 08:49:00 GMT", "Retry-After: Fri, 06 Nov 2026 08:49:37 GMT"];
    let error = error(move || reply(429, &date, "")).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(37)));
}

#[tokio::test]
async fn a_wait_that_cannot_be_read_is_ignored() {
    let error = error(|| reply(429, &["Retry-After: in a while"], "")).await;
    assert_eq!((error.kind(), error.retry_after()), (Kind::RateLimited, None));
}

#[tokio::test]
async fn a_403_that_speaks_of_a_limit_is_one() {
    for header in ["Retry-After: 60", "X-RateLimit-Remaining: 0"] {
        assert_eq!(error(move || reply(403, &[header], "")).await.kind(), Kind::RateLimited);
    }
    assert_eq!(error(|| reply(403, &["X-RateLimit-Remaining: 7"], "")).await.kind(), Kind::Unauthorized);
}

#[tokio::test]
async fn a_status_stands_even_if_its_body_breaks_or_never_ends() {
    let broken: [fn() -> Answer; 3] = [
        || Answer::Bytes([head(401, &[], 500).as_slice(), b"bad key"].concat()),
        || Answer::Stall(head(401, &[], 500)),
        || Answer::Endless(head(401, &[], usize::MAX >> 1)),
    ];
    for answer in broken {
        let server = Server::always(answer).await;
        let error = impatient(&server.url).get("op", "/").send().await.unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED), "{error}");
    }
}

#[tokio::test]
async fn a_passing_fault_is_tried_again_and_the_reply_returned() {
    let server = Server::start(|number, _| match number {
        0 => reply(503, &["Retry-After: 0"], ""),
        _ => reply(200, &[], "fine"),
    })
    .await;
    let retry = Retry::with_budget(Duration::from_secs(30));
    let service = client(retry.clone(), Redactor::default()).service("svc", &server.url);
    assert_eq!(service.put("op", "/").body("text/plain", "line").text().await.unwrap(), "fine");
    assert_eq!(retry.retries(), 1);
    assert!(server.seen().iter().all(|seen| seen.body == b"line"), "the body is sent again");
}

#[tokio::test]
async fn a_lasting_fault_and_a_request_without_retries_are_sent_once() {
    let client = client(Retry::with_budget(Duration::from_secs(30)), Redactor::default());
    let lasting = Server::always(|| reply(404, &[], "")).await;
    let passing = Server::always(|| reply(503, &[], "")).await;
    client.service("svc", &lasting.url).get("op", "/").send().await.unwrap_err();
    client.service("svc", &passing.url).get("op", "/").retry(Retry::never()).send().await.unwrap_err();
    assert_eq!((lasting.seen().len(), passing.seen().len()), (1, 1));
}

#[tokio::test]
async fn a_wait_longer_than_the_budget_comes_back_at_once() {
    let server = Server::always(|| reply(429, &["Retry-After: 3600"], "")).await;
    let client = client(Retry::with_budget(Duration::from_secs(30)), Redactor::default());
    let error = client.service("svc", &server.url).get("op", "/").send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::RateLimited { .. }));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_a_reply_where_the_caller_takes_it_for_an_answer() {
    for (status, is_reply) in [(404, true), (412, true), (403, true), (501, true), (429, false), (503, false)]
    {
        let server = Server::always(move || reply(status, &["x-why: because"], "reason")).await;
        let request = server.service().get("op", "/").retry(Retry::never());
        let sent = request.accept_refusals().send().await;
        assert_eq!(sent.is_ok(), is_reply, "{status}");
        if let Ok(reply) = sent {
            assert_eq!(reply.status().as_u16(), status);
            assert_eq!((reply.header("x-why"), &*reply.text()), (Some("because"), "reason"));
        }
    }
}
