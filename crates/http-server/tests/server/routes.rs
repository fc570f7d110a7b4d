//! Routing, decoding of requests, and default headers.

use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::registry::Registry;
use http_server::{Request, Response, Router, get, post};
use serde::Deserialize;

use crate::client::ask;

#[derive(Deserialize)]
struct Message {
    text: String,
    slack_channel: Option<String>,
}

fn router() -> Router {
    let hello = async |request: Request| {
        Response::text(format!("{} {}", request.parameter("name"), request.query("q").unwrap_or("nothing")))
    };
    let send = async |request: Request| -> Result<Response, Response> {
        let message: Message = request.form_or_json()?;
        Ok(Response::text(format!("{} to {:?}", message.text, message.slack_channel)))
    };
    Router::new().route(get("/hello/{name}", hello)).route(post("/messages", send))
}

#[test]
fn a_path_and_its_query_reach_the_handler_decoded() {
    let answer = ask(router(), "GET /hello/a%20b%2Fc?q=1%2B1+x HTTP/1.1");
    assert_eq!((answer.status, answer.body.as_str()), (200, "a b/c 1+1 x"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn head_is_get_without_the_body() {
    let answer = ask(router(), "HEAD /hello/you HTTP/1.1");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-length"), Some("11"));
}

#[test]
fn an_unknown_path_is_404_and_another_method_405() {
    assert_eq!(ask(router(), "GET /nowhere HTTP/1.1").status, 404);
    let answer = ask(router(), "DELETE /hello/you HTTP/1.1");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    let answer = ask(router(), "GET /messages HTTP/1.1");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
}

#[test]
fn a_form_and_json_are_equivalent() {
    let form = "POST /messages HTTP/1.1\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\n\
                content-length: 33\n\ntext=Hi+%26+bye&slack_channel=ops";
    let json = "POST /messages HTTP/1.1\ncontent-type: application/json\ncontent-length: 43\n\n\
                {\"text\":\"Hi & bye\",\"slack_channel\":\"ops\"}  ";
    for request in [form, json] {
        let answer = ask(router(), request);
        assert_eq!((answer.status, answer.body.as_str()), (200, "Hi & bye to Some(\"ops\")"), "{request}");
    }
}

#[test]
fn a_body_that_is_not_understood_is_refused_without_being_quoted() {
    let post = |kind: &str, body: &str| {
        let length = body.len();
        let head = format!("POST /messages HTTP/1.1\ncontent-type: {kind}\ncontent-length: {length}");
        ask(router(), &format!("{head}\n\n{body}"))
    };
    for (kind, body, status) in [
        ("application/json", "{\"hunter22\":1}", 400),
        ("application/json", "hunter22", 400),
        ("application/x-www-form-urlencoded", "hunter22=1", 400),
        ("text/plain", "hunter22", 415),
    ] {
        let answer = post(kind, body);
        assert_eq!(answer.status, status, "{kind} {body}");
        assert!(!answer.body.contains("hunter22") && answer.body.contains("error"), "{}", answer.body);
    }
}

#[test]
fn every_response_has_security_headers() {
    for request in ["GET /hello/you HTTP/1.1", "GET /nowhere HTTP/1.1"] {
        let answer = ask(router(), request);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn a_page_may_be_allowed_more_and_a_response_may_be_kept() {
    let style = async |_| Response::new("text/css", "body {}").with_header("cache-control", "max-age=3600");
    let router = Router::new().route(get("/style.css", style));
    let answer = ask(
        router.content_security_policy("default-src 'none'; style-src 'self'"),
        "GET /style.css HTTP/1.1",
    );
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; style-src 'self'"));
    assert_eq!(answer.header("cache-control"), Some("max-age=3600"));
}

#[test]
fn health_and_metrics_are_served() {
    let router = || {
        Router::new().health(async || Err("the store is unavailable".to_owned())).metrics(async || {
            let mut registry = Registry::default();
            let gauge: Gauge = Gauge::default();
            gauge.set(7);
            registry.register("pipelines", "Programs that ran", gauge);
            registry
        })
    };
    let answer = ask(router(), "GET /healthz HTTP/1.1");
    assert_eq!((answer.status, answer.body.as_str()), (503, "the store is unavailable\n"));
    let answer = ask(router(), "GET /metrics HTTP/1.1");
    assert!(answer.body.contains("pipelines 7\n") && answer.body.ends_with("# EOF\n"), "{}", answer.body);
}
