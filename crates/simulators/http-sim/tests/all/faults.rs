//! Tests of all faults.

use std::io::ErrorKind;

use crate::client::{get, read, send};
use http_sim::{InjectedFault, Reply, Request, Server};

const BODY: &str = r#"{"answer": 42, "name": "deep thought", "sure": true}"#;

fn server(fault: &str) -> Server {
    let server = Server::start(|_: &Request| Reply::new(200, "application/json", BODY)).unwrap();
    server.set_fault(fault.parse().unwrap());
    server
}

#[test]
fn statuses_come_with_the_wait_that_belongs_to_them() {
    for (fault, status, wait) in [
        ("401", 401, None),
        ("403", 403, None),
        ("404", 404, None),
        ("429", 429, Some("1")),
        ("429-no-wait", 429, None),
        ("500", 500, None),
        ("502", 502, None),
        ("503", 503, Some("1")),
    ] {
        let server = server(fault);
        let response = get(server.url());
        assert_eq!((response.status, response.header("retry-after")), (status, wait), "{fault}");
    }
}

#[test]
fn a_count_and_a_path_limit_a_fault() {
    let server = server("503:2@/weather");
    let statuses = ["/air", "/weather?q=1", "/weather", "/weather"]
        .map(|path| get(&format!("{}{path}", server.url())).status);
    assert_eq!(statuses, [200, 503, 503, 200]);
    server.set_fault(InjectedFault::always(http_sim::FailureMode::Status(500)));
    assert_eq!(get(server.url()).status, 500);
    server.clear_faults();
    assert_eq!(get(server.url()).status, 200);
    assert_eq!(server.requests().len(), 6, "requests that met a fault are seen as well");
}

#[test]
fn a_reset_is_a_reset_and_not_an_end() {
    let server = server("reset");
    let response = get(server.url());
    assert_eq!((response.broken, response.body.len()), (Some(ErrorKind::ConnectionReset), 0));
}

#[test]
fn a_stalled_request_is_not_answered_and_others_are() {
    let server = server("stall:1");
    let stalled = send("GET", server.url(), &[], b"");
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(get(server.url()).status, 200);
    stalled.set_nonblocking(true).unwrap();
    assert_eq!(read(stalled, usize::MAX).broken, Some(ErrorKind::WouldBlock));
}

#[test]
fn a_trickle_announces_all_and_sends_little() {
    let server = server("trickle");
    let stream = send("GET", server.url(), &[], b"");
    let response = read(stream, 1);
    assert_eq!(response.header("content-length"), Some(BODY.len().to_string().as_str()));
    assert!(response.body.len() < 3, "{response:?}");
}

#[test]
fn a_truncated_reply_announces_all_and_ends_halfway() {
    let server = server("truncate");
    let response = get(server.url());
    assert_eq!(response.header("content-length"), Some(BODY.len().to_string().as_str()));
    assert_eq!(response.text(), &BODY[..BODY.len() / 2]);
}

#[test]
fn cut_json_is_framed_as_if_it_were_whole() {
    let server = server("cut-json");
    let response = get(server.url());
    assert_eq!(response.header("content-length"), Some((BODY.len() / 2).to_string().as_str()));
    assert_eq!(response.text(), &BODY[..BODY.len() / 2]);
}

#[test]
fn a_huge_reply_has_no_end() {
    let server = server("huge:1");
    let stream = send("GET", server.url(), &[], b"");
    let response = read(stream, 16 << 20);
    assert_eq!((response.status, response.broken), (200, None));
    assert!(response.body.len() > 15 << 20);
    assert_eq!(get(server.url()).status, 200, "the server is still there");
}

#[test]
fn pages_and_emptiness_and_garbage_come_with_200() {
    let html = get(server("html").url());
    assert_eq!((html.status, html.header("content-type")), (200, Some("text/html")));
    let empty = get(server("empty").url());
    assert_eq!((empty.status, empty.body.len()), (200, 0));
    let garbage = get(server("garbage-json").url());
    assert_eq!((garbage.status, garbage.header("content-type")), (200, Some("application/json")));
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
}

#[test]
fn wrong_types_keep_the_shape() {
    let reply = get(server("wrong-types").url()).json();
    assert_eq!(reply, serde_json::json!({"answer": "42", "name": 12, "sure": "true"}));
}

#[test]
fn a_redirect_loop_leads_back_with_its_query() {
    let server = server("redirect-loop");
    let response = get(&format!("{}/a?key=value", server.url()));
    assert_eq!((response.status, response.header("location")), (302, Some("/a?key=value")));
}
