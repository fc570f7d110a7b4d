//! Tests of the server.

use std::io::Write as _;
use std::net::TcpStream;

use crate::client::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_sim::services::{Heartbeat, Paths};
use http_sim::{Options, Reply, Request, Server};

fn echo(request: &Request) -> Reply {
    Reply::text(200, &format!("{} {} at {}", request.method, request.path, request.base))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn requests_are_recorded_decoded_and_in_order() {
    let server = Server::start(echo).unwrap();
    get(&format!("{}/first?q=a%20b", server.url()));
    post(&format!("{}/second", server.url()), &[("Content-Encoding", "gzip")], &gzip("hello"));
    let seen = server.requests();
    assert_eq!((seen[0].path.as_str(), seen[0].param("q")), ("/first", Some("a b")));
    assert_eq!((seen[1].method.as_str(), seen[1].text().as_str()), ("POST", "hello"));
    assert_eq!(seen[1].header("content-encoding"), Some("gzip"));
}

#[test]
fn a_body_that_is_not_the_gzip_it_claims_is_a_400() {
    let server = Server::start(echo).unwrap();
    assert_eq!(post(server.url(), &[("content-encoding", "gzip")], b"plain").status, 400);
}

#[test]
fn a_dropped_server_refuses_connections() {
    let server = Server::start(echo).unwrap();
    let address = server.url().trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn a_port_can_be_chosen_and_taken_again() {
    let first = Server::start(echo).unwrap();
    let port = first.url().rsplit(':').next().unwrap().parse().unwrap();
    assert!(Server::start_with(Options { port, log: None }, echo).is_err(), "two on one port");
    drop(first);
    let again = Server::start_with(Options { port, log: None }, echo).unwrap();
    assert_eq!(get(again.url()).status, 200);
}

#[test]
fn a_service_that_blocks_does_not_hold_up_others() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = Server::start(move |request: &Request| {
        if request.path == "/slow" {
            let _ = wait.lock().unwrap().recv();
        }
        Reply::text(200, "done")
    })
    .unwrap();
    let slow = crate::client::send("GET", &format!("{}/slow", server.url()), &[], b"");
    assert_eq!(get(&format!("{}/fast", server.url())).text(), "done");
    release.send(()).unwrap();
    assert_eq!(crate::client::read(slow, usize::MAX).text(), "done");
}

#[test]
fn a_service_that_panics_is_a_500_and_the_server_lives_on() {
    let server = Server::start(|request: &Request| {
        assert!(request.path != "/panic", "as asked");
        Reply::text(200, "fine")
    })
    .unwrap();
    assert_eq!(get(&format!("{}/panic", server.url())).status, 500);
    assert_eq!(get(server.url()).status, 200);
}

#[test]
fn mounted_services_see_their_own_paths_and_link_to_themselves() {
    let heartbeat = Heartbeat::new();
    let paths = Paths::new().mount("/echo", echo).mount("/beat", heartbeat.clone());
    let server = Server::start(paths).unwrap();
    let at = |path: &str| get(&format!("{}{path}", server.url()));
    assert_eq!(at("/echo/a/b").text(), format!("GET /a/b at {}/echo", server.url()));
    assert_eq!(at("/echo").text(), format!("GET / at {}/echo", server.url()));
    assert_eq!(at("/beat").status, 200);
    assert_eq!((at("/echoes").status, at("/").status), (404, 404));
    assert_eq!(heartbeat.beats(), 1);
}
