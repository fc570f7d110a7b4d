//! Tests of the simulated InfluxDB.

use std::io::Write as _;

use crate::client::{Response, get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_sim::Server;
use http_sim::services::InfluxDb;

fn start() -> (InfluxDb, Server) {
    let store = InfluxDb::new("home", "iot", "secret-token").body_limit(1000);
    let server = Server::start(store.clone()).unwrap();
    (store, server)
}

fn write_to(server: &Server, query: &str, token: &str, lines: &str) -> Response {
    let url = format!("{}/api/v2/write?{query}", server.url());
    post(&url, &[("authorization", &format!("Token {token}"))], lines.as_bytes())
}

fn write(server: &Server, lines: &str) -> Response {
    write_to(server, "org=home&bucket=iot&precision=ns", "secret-token", lines)
}

fn refusal(response: &Response) -> (u16, String, String) {
    let body = response.json();
    let member = |name: &str| body[name].as_str().unwrap().to_owned();
    (response.status, member("code"), member("message"))
}

#[test]
fn good_lines_are_stored_sorted() {
    let (store, server) = start();
    let response = write(&server, "b,z=1,a=2 y=1i,x=0.5 20\na t=\"x\" 3\nb,a=2,z=1 y=1i,x=0.5 10\n");
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(response.header("x-influxdb-build"), Some("OSS"));
    assert_eq!(store.lines(), "a t=\"x\" 3\nb,a=2,z=1 x=0.5,y=1i 10\nb,a=2,z=1 x=0.5,y=1i 20\n");
    assert_eq!(get(&format!("{}/simulator/lines", server.url())).text(), store.lines());
}

#[test]
fn the_last_value_of_a_field_wins_and_other_fields_stay() {
    let (store, server) = start();
    write(&server, "m a=1,b=2 5");
    write(&server, "m b=3,c=4 5");
    assert_eq!(store.lines(), "m a=1,b=3,c=4 5\n");
    assert_eq!(store.points().len(), 1);
}

#[test]
fn gzip_and_precisions_are_understood() {
    let (store, server) = start();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"m v=1 5").unwrap();
    let body = encoder.finish().unwrap();
    for precision in ["s", "ms", "us"] {
        let url = format!("{}/api/v2/write?org=home&bucket=iot&precision={precision}", server.url());
        let headers = [("authorization", "Token secret-token"), ("content-encoding", "gzip")];
        assert_eq!(post(&url, &headers, &body).status, 204);
    }
    let times: Vec<_> = store.points().iter().map(|point| point.time_ns).collect();
    assert_eq!(times, [5_000, 5_000_000, 5_000_000_000]);
}

#[test]
fn a_line_without_a_time_gets_the_present() {
    let (store, server) = start();
    write(&server, "m v=1");
    assert!(store.points()[0].time_ns > 1_700_000_000_000_000_000);
}

#[test]
fn bad_lines_are_quoted_and_good_ones_stored() {
    let (store, server) = start();
    let (status, code, message) = refusal(&write(&server, "m v=1 1\nm v=abc 2\nm v=3 3\n"));
    assert_eq!((status, code.as_str()), (400, "invalid"));
    assert!(message.starts_with("partial write: unable to parse 'm v=abc 2': "), "{message}");
    assert_eq!(store.lines(), "m v=1 1\nm v=3 3\n");
    let (_, _, message) = refusal(&write(&server, "nothing good"));
    assert!(message.starts_with("unable to parse 'nothing good': "), "{message}");
}

#[test]
fn a_field_keeps_its_type_and_the_point_is_dropped() {
    let (store, server) = start();
    write(&server, "cpu value=1 1");
    let response = write(&server, "cpu value=\"one\" 2\ncpu value=2 3\ncpu,host=a value=1i 4");
    let message = "failure writing points to database: partial write: field type conflict: input field \"value\" \
                   on measurement \"cpu\" is type string, already exists as type float dropped=2";
    assert_eq!(refusal(&response), (422, "unprocessable entity".into(), message.into()));
    assert_eq!(store.lines(), "cpu value=1 1\ncpu value=2 3\n");
}

#[test]
fn wrong_token_org_bucket_precision_and_size_have_different_errors() {
    let (store, server) = start();
    let answer = |query, token, lines: &str| refusal(&write_to(&server, query, token, lines));
    let right = "org=home&bucket=iot";
    let not_found = "failed to decode request body: organization not found".into();
    assert_eq!(answer(right, "wrong", "m v=1"), (401, "unauthorized".into(), "unauthorized access".into()));
    let bearer = [("authorization", "Bearer secret-token")];
    assert_eq!(post(&format!("{}/api/v2/write?{right}", server.url()), &bearer, b"m v=1").status, 401);
    assert_eq!(answer("org=x&bucket=iot", "secret-token", "m v=1"), (400, "invalid".into(), not_found));
    let unknown = (404, "not found".into(), "bucket \"x\" not found".into());
    assert_eq!(answer("org=home&bucket=x", "secret-token", "m v=1"), unknown);
    assert_eq!(answer("org=home&bucket=iot&precision=h", "secret-token", "m v=1").0, 400);
    assert_eq!(answer(right, "secret-token", "").0, 400);
    assert_eq!(answer(right, "secret-token", &"m v=1\n".repeat(200)).0, 413);
    assert_eq!(store.points(), []);
}

#[test]
fn health_and_buckets_can_be_asked_for() {
    let (_, server) = start();
    assert_eq!(get(&format!("{}/health", server.url())).json()["status"], "pass");
    assert_eq!(get(&format!("{}/ping", server.url())).status, 204);
    let buckets = |query: &str| {
        let url = format!("{}/api/v2/buckets{query}", server.url());
        crate::client::request("GET", &url, &[("authorization", "Token secret-token")], b"")
    };
    assert_eq!(buckets("?name=iot").json()["buckets"][0]["name"], "iot");
    assert_eq!(buckets("?name=x").status, 404);
}
