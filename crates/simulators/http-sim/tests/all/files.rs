//! Tests of replies from a folder.

use std::fs;

use crate::client::{Response, get, request};
use http_sim::Server;
use http_sim::services::{Files, FilesError};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn serve(files: &[(&str, &str)]) -> Server {
    Server::start(Files::open(folder(files).path()).unwrap()).unwrap()
}

fn at(server: &Server, path: &str) -> Response {
    get(&format!("{}{path}", server.url()))
}

const ROUTES: &str = r#"
[[route]]
path = "/pages"
query = { page = "2" }
file = "last.json"

[[route]]
path = "/pages"
files = ["first.json", "again.xml"]
headers = { link = "<{{base}}/pages?page=2>" }

[[route]]
method = "DELETE"
path = "/pages/*"
status = 204
"#;

const FILES: [(&str, &str); 4] = [
    ("routes.toml", ROUTES),
    ("first.json", r#"{"next": "{{base}}/pages?page=2"}"#),
    ("again.xml", "<again/>"),
    ("last.json", "{}"),
];

#[test]
fn routes_take_turns_and_link_to_the_server() {
    let server = serve(&FILES);
    let first = at(&server, "/pages");
    let next = format!("{}/pages?page=2", server.url());
    assert_eq!(first.json()["next"], next);
    assert_eq!(first.header("link"), Some(format!("<{next}>").as_str()));
    assert_eq!(get(&next).text(), "{}");
    for _ in 0..2 {
        let again = at(&server, "/pages");
        assert_eq!((again.text(), again.header("content-type")), ("<again/>", Some("application/xml")));
    }
}

#[test]
fn a_route_can_ask_for_a_method_and_have_no_body() {
    let server = serve(&FILES);
    let url = format!("{}/pages/7", server.url());
    assert_eq!(request("DELETE", &url, &[], b"").status, 204);
    let unrouted = get(&url);
    assert_eq!((unrouted.status, unrouted.text()), (404, "no route for GET /pages/7"));
}

#[test]
fn without_routes_one_response_answers_everything() {
    let server = serve(&[("response.json", "[1]")]);
    assert_eq!(at(&server, "/any/thing?at=all").text(), "[1]");
}

#[test]
fn a_missing_file_or_a_mistyped_route_is_an_error_at_the_start() {
    let absent =
        Files::open(folder(&[("routes.toml", "[[route]]\npath = '/'\nfile = 'absent.json'")]).path());
    assert!(matches!(absent, Err(FilesError::Read { path, .. }) if path.ends_with("absent.json")));
    let mistyped = Files::open(folder(&[("routes.toml", "[[route]]\npath = '/'\nstats = 200")]).path());
    assert!(matches!(mistyped, Err(FilesError::Routes { .. })));
}
