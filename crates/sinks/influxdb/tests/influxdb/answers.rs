//! Requests of the sink, and its reaction to each response.

use std::time::Duration;

use fault::{Fault, Kind, chain};
use http_sim::Reply;
use record::{Batch, Record};
use serde_json::json;
use settings::{Settings, Source};
use sink::{Sink, Written};
use sink_influxdb::Config;

use crate::server::{Server, TOKEN, readings, refusal, sink};

/// A task, which has no time.
#[derive(Record)]
#[record(table = "tasks")]
struct Task {
    #[record(key)]
    id: i64,
    /// Work to do.
    title: String,
}

async fn kind_of(answer: Reply) -> Kind {
    let server = Server::always(answer);
    server.sink().write(&Batch::of(&readings(3))).await.unwrap_err().kind()
}

#[tokio::test]
async fn writes_nanoseconds_with_a_token_below_the_path_of_the_url() {
    let server = Server::open();
    let written = server.sink_at("/influx/").write(&Batch::of(&readings(2))).await.unwrap();
    assert_eq!(written, Written::default());
    let writes = server.writes();
    let write = &writes[0];
    assert_eq!(write.path, "/influx/api/v2/write");
    assert_eq!(
        write.query,
        [("bucket", "iot"), ("org", "home"), ("precision", "ns")].map(|(k, v)| (k.into(), v.into())).into()
    );
    assert_eq!(write.header("authorization"), Some("Token s3cret-token"));
    assert_eq!(write.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(write.header("content-encoding"), None);
    assert_eq!(
        write.lines,
        ["cpu,host=h0 load=0.5 1700000000000000000", "cpu,host=h1 load=0.5 1700000001000000000"]
    );
}

#[tokio::test]
async fn sends_many_lines_in_parts_and_as_they_are_to_a_server_near_by() {
    let server = Server::open();
    server.sink().write(&Batch::of(&readings(12_000))).await.unwrap();
    let writes = server.writes();
    assert!(writes.iter().all(|write| write.header("content-encoding").is_none()));
    assert_eq!(writes.iter().map(|write| write.lines.len()).collect::<Vec<_>>(), [5000, 5000, 2000]);
}

#[tokio::test]
async fn sends_lines_compressed_where_that_is_asked_for() {
    let server = Server::open();
    server.compressing_sink().write(&Batch::of(&readings(12_000))).await.unwrap();
    let writes = server.writes();
    assert!(writes.iter().all(|write| write.header("content-encoding") == Some("gzip")));
    assert_eq!(writes.iter().map(|write| write.lines.len()).collect::<Vec<_>>(), [5000, 5000, 2000]);
}

#[tokio::test]
async fn no_records_are_no_request() {
    let server = Server::open();
    server.sink().write(&Batch::of(&readings(0))).await.unwrap();
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn rows_without_a_form_in_line_protocol_are_refused_and_the_others_written() {
    let server = Server::open();
    let mut readings = readings(3);
    readings[1].load = f64::NAN;
    readings[2].host = "a\nb".to_owned();
    let refused = server.sink().write(&Batch::of(&readings)).await.unwrap().refused;
    assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [1, 2]);
    assert!(refused[0].reason.contains("`load`") && refused[1].reason.contains("`host`"), "{refused:?}");
    assert_eq!(server.writes()[0].lines.len(), 1);
}

#[tokio::test]
async fn a_table_is_a_mistake_of_configuration() {
    let server = Server::open();
    let tasks = [Task { id: 1, title: "sweep".to_owned() }];
    let error = server.sink().write(&Batch::of(&tasks)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert_eq!(error.to_string(), "influxdb: cannot hold the table `tasks`; tables need postgres or sqlite");
    assert!(server.writes().is_empty());
}

#[tokio::test]
async fn each_response_has_its_fault_kind() {
    let html = Reply::new(200, "text/html", "<html><title>Log in</title></html>");
    for (answer, kind) in [
        (refusal(401, "unauthorized access"), Kind::Unauthorized),
        (refusal(403, "insufficient permissions for write"), Kind::Unauthorized),
        (refusal(404, "bucket \"iot\" not found"), Kind::Configuration),
        (refusal(400, "failed to decode request body: organization not found"), Kind::Configuration),
        (refusal(405, "method not allowed"), Kind::Configuration),
        (refusal(429, "rate limit exceeded"), Kind::RateLimited),
        (refusal(500, "internal error"), Kind::Temporary),
        (refusal(502, ""), Kind::Temporary),
        (refusal(503, "service unavailable"), Kind::Temporary),
        (Reply::json(404, &json!({"error": "database not found: \"iot\""})), Kind::Configuration),
        (Reply::json(401, &json!({"error": "authorization failed"})), Kind::Unauthorized),
        (Reply::empty(302).header("location", "https://elsewhere.example/"), Kind::Configuration),
        (html, Kind::Configuration),
    ] {
        let shown = format!("{answer:?}");
        assert_eq!(kind_of(answer).await, kind, "{shown}");
    }
}

#[tokio::test]
async fn the_wait_a_server_asks_for_is_passed_on_and_nothing_is_repeated_here() {
    for status in [429, 503] {
        let server = Server::always(refusal(status, "busy").header("retry-after", "180"));
        let error = server.sink().write(&Batch::of(&readings(3))).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_mins(3)));
        assert_eq!(server.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_a_passing_fault() {
    let error = sink("http://127.0.0.1:1").write(&Batch::of(&readings(1))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
}

#[tokio::test]
async fn a_request_that_is_wrong_as_a_whole_refuses_no_record() {
    let page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    let server = Server::always(Reply::new(400, "text/html", page));
    let error = server.sink().write(&Batch::of(&readings(5000))).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(chain(&error).contains("HTTPS port"), "{}", chain(&error));
    assert_eq!(server.writes().len(), 2);
}

#[tokio::test]
async fn no_error_and_no_reason_shows_the_token() {
    for status in [400, 401, 422, 500] {
        let server = Server::always(refusal(status, &format!("partial write: {TOKEN}")));
        let shown = match server.sink().write(&Batch::of(&readings(1))).await {
            Ok(written) => format!("{written:?}"),
            Err(error) => format!("{error:?} {}", chain(&error)),
        };
        assert!(!shown.contains(TOKEN) && shown.contains("[redacted]"), "{shown}");
    }
    assert!(!format!("{:?}", sink("http://user:passw0rd@host/")).contains("passw0rd"));
}

#[tokio::test]
async fn a_check_writes_no_point() {
    let server = Server::open();
    server.sink().check().await.unwrap();
    let writes = server.writes();
    assert!(writes[0].lines.iter().all(|line| line.starts_with('#')));
    assert_eq!(writes[0].header("authorization"), Some("Token s3cret-token"));
}

#[tokio::test]
async fn a_check_fails_like_a_write() {
    for (answer, kind) in [
        (refusal(401, "unauthorized access"), Some(Kind::Unauthorized)),
        (refusal(404, "bucket \"iot\" not found"), Some(Kind::Configuration)),
        (refusal(400, "failed to decode request body: organization not found"), Some(Kind::Configuration)),
        (refusal(413, "points batch is too large"), Some(Kind::Configuration)),
        (refusal(503, "service unavailable"), Some(Kind::Temporary)),
        (refusal(400, "writing requires points"), None),
    ] {
        let server = Server::always(answer);
        assert_eq!(server.sink().check().await.err().map(|error| error.kind()), kind);
    }
}

#[test]
fn settings_go_by_their_old_names_as_well() {
    let mut source = Source::of([
        ("INFLUX_URL", "http://i:8086"),
        ("INFLUX_KEY", "k"),
        ("INFLUX_ORG", "home"),
        ("BUCKET", "iot"),
    ]);
    let config = Option::<Config>::read(&mut source).flatten().unwrap();
    assert_eq!((config.org.as_str(), config.bucket.as_str()), ("home", "iot"));
    assert!(source.finish().is_ok());
}

#[test]
fn a_half_configured_server_is_a_mistake() {
    let mut source = Source::of([("INFLUXDB_URL", "http://i:8086"), ("INFLUXDB_ORG", "home")]);
    assert!(Option::<Config>::read(&mut source).is_none());
    let mistakes = source.finish().unwrap_err().to_string();
    assert!(mistakes.contains("INFLUXDB_TOKEN") && mistakes.contains("INFLUXDB_BUCKET"), "{mistakes}");
}
