//! Accepted and rejected credentials.

use http_server::{Access, Response, Router, get};
use settings::{Settings as _, Source};

use crate::client::{Answer, ask};

fn router(variables: &[(&str, &str)]) -> Router {
    let access = Option::<Access>::read(&mut Source::of(variables.iter().copied())).flatten();
    Router::new()
        .route(get("/page", async |_| Response::text("page")))
        .route(get("/ping", async |_| Response::text("pong")).public())
        .access(access)
}

fn page(variables: &[(&str, &str)], authorization: &str) -> Answer {
    ask(router(variables), &format!("GET /page HTTP/1.1\nauthorization: {authorization}"))
}

const TOKEN: [(&str, &str); 1] = [("ACCESS_TOKEN", "a long token")];
const PASSWORD: [(&str, &str); 2] = [("ACCESS_USER", "me"), ("ACCESS_PASSWORD", "open sesame")];

#[test]
fn a_token_opens_the_door_and_nothing_else_does() {
    assert_eq!(page(&TOKEN, "Bearer a long token").status, 200);
    for wrong in
        ["Bearer a long toke", "Bearer a long token2", "Bearer", "Basic YSBsb25nIHRva2Vu", "a long token"]
    {
        assert_eq!(page(&TOKEN, wrong).status, 401, "{wrong}");
    }
    assert_eq!(ask(router(&TOKEN), "GET /page HTTP/1.1").header("www-authenticate"), Some("Bearer"));
}

#[test]
fn a_browser_is_asked_for_the_password() {
    let answer = ask(router(&PASSWORD), "GET /page HTTP/1.1");
    assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="));
    assert_eq!(page(&PASSWORD, "Basic bWU6b3BlbiBzZXNhbWU=").status, 200);
    assert_eq!(page(&PASSWORD, "Basic bWU6b3BlbiBzZXNhbQ==").status, 401);
}

#[test]
fn unauthenticated_requests_get_401_for_every_path() {
    let texts: Vec<_> = ["GET /page", "POST /page", "GET /nowhere", "POST /ping"]
        .iter()
        .map(|request| ask(router(&TOKEN), &format!("{request} HTTP/1.1")))
        .map(|answer| (answer.status, answer.body))
        .collect();
    assert!(texts.iter().all(|(status, _)| *status == 401), "{texts:?}");
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
}

#[test]
fn a_public_route_and_an_open_server_ask_for_nothing() {
    assert_eq!(ask(router(&TOKEN), "GET /ping HTTP/1.1").body, "pong");
    assert_eq!(ask(router(&[]), "GET /page HTTP/1.1").body, "page");
}
