//! Replies of status 200 with an unexpected body.

use std::io::Write as _;

use fault::{Fault, Kind};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_client::{Cause, Error};
use secret::Secret;
use serde_json::{Value, json};

use crate::server::{Answer, Server, head, reply};

type Forecast = std::collections::HashMap<String, Vec<Period>>;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Period {
    temperature: f64,
}

async fn forecast(body: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Forecast, Error> {
    let server = Server::always(move || reply(200, &[], &body)).await;
    server.service().get("op", "/").json().await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn json_is_read_with_any_content_type() {
    let expected = Forecast::from([("periods".to_owned(), vec![Period { temperature: 21.0 }])]);
    for body in ["{\"periods\":[{\"temperature\":21}]}", "\u{feff} {\"periods\":[{\"temperature\":21}]}\n"] {
        assert_eq!(forecast(body).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_wrong_type_is_rejected_with_its_path() {
    let error = forecast(r#"{"periods":[{"temperature":1},{"temperature":"warm"}]}"#).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected);
    let expected =
        "svc op: unexpected JSON at `periods[1].temperature`: invalid type: string \"warm\", expected f64";
    assert!(error.to_string().starts_with(expected), "{error}");
}

#[tokio::test]
async fn json_that_is_cut_or_goes_on_is_rejected_as_json() {
    for body in ["{\"periods\":[{\"temper", "{\"periods\":[]} trailing", "[1, 2"] {
        let error = forecast(body).await.unwrap_err();
        assert!(matches!(error.cause, Cause::Json { .. }), "{error}");
        assert_eq!(error.kind(), Kind::Rejected);
    }
}

#[tokio::test]
async fn a_reply_in_another_format_names_the_format() {
    for (body, expected) in [
        ("", "nothing"),
        (" \n", "nothing"),
        ("<!DOCTYPE html><title>Just a moment...</title>", "an HTML page: Just a moment..."),
        ("<!-- x -->\n<html><p>Down</html>", "an HTML page: <!-- x -->"),
        ("<?xml version='1.0'?><feed/>", "an XML document: <?xml version='1.0'?><feed/>"),
        ("no_service", "text: no_service"),
    ] {
        let error = forecast(body).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Rejected);
        assert_eq!(error.to_string(), format!("svc op: expected JSON, got {expected}"));
    }
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_a_larger_one_is_not() {
    let server = Server::always(|| reply(200, &[], [b'x'; 1000])).await;
    let request = || server.service().get("op", "/");
    assert_eq!(request().body_limit(1000).text().await.unwrap().len(), 1000);
    let error = request().body_limit(999).send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::TooLarge { limit: 999 }), "{error}");
    assert_eq!(error.kind(), Kind::Rejected);
}

#[tokio::test]
async fn a_body_without_end_is_too_large() {
    let server = Server::always(|| Answer::Endless(head(200, &[], usize::MAX >> 1))).await;
    let error = server.service().get("op", "/").body_limit(100_000).send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn gzip_is_decompressed_and_a_bomb_is_too_large() {
    let bodies = [gzip(b"[1]"), gzip(&vec![b' '; 10_000_000])];
    let server =
        Server::start(move |number, _| reply(200, &["Content-Encoding: gzip"], &bodies[number])).await;
    assert_eq!(server.service().get("op", "/").json::<Value>().await.unwrap(), json!([1]));
    let error = server.service().get("op", "/").send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::TooLarge { limit: 8_388_608 }), "{error}");
    assert_eq!(server.seen()[0].header("accept-encoding"), Some("gzip"));
}

#[tokio::test]
async fn a_damaged_gzip_stream_is_temporary() {
    let server = Server::always(|| reply(200, &["Content-Encoding: gzip"], &gzip(b"[1, 2, 3]")[..20])).await;
    let error = server.service().get("op", "/").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary, "{error:?}");
}

#[tokio::test]
async fn a_failure_hidden_in_a_200_can_be_quoted_safely() {
    let server =
        Server::always(|| reply(201, &["X-Any: thing"], r#"{"Note":"your key K3Y-1234 is used up"}"#)).await;
    let request = server.service().get("op", "/").secret_query("apikey", &Secret::from("K3Y-1234"));
    let reply = request.send().await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.header("x-any")), (201, Some("thing")));
    assert_eq!(reply.message(), r#"{"Note":"your key [redacted] is used up"}"#);
    assert_eq!(reply.quote("key\nK3Y-1234"), "key [redacted]");
}
