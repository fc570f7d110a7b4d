//! Redirects and links: followed, refused, with and without credentials.

use fault::{Fault, Kind};
use http_client::{Cause, Method};
use secret::Secret;

use crate::server::{Server, reply};

/// Server that redirects every path to `location`, except `/end`.
async fn redirecting(status: u16, location: impl Into<String>) -> Server {
    let location = format!("Location: {}", location.into());
    Server::start(move |_, seen| {
        let has_arrived = seen.line.contains(" /end");
        if has_arrived { reply(200, &[], "arrived") } else { reply(status, &[location.as_str()], "moved") }
    })
    .await
}

#[tokio::test]
async fn a_redirect_on_the_same_origin_is_followed_with_its_headers() {
    for status in [301, 302, 303, 307, 308] {
        let server = redirecting(status, "/end").await;
        let request = server.service().get("op", "/start").bearer(&Secret::from("t0ken"));
        assert_eq!(request.text().await.unwrap(), "arrived");
        assert_eq!(server.seen()[1].header("authorization"), Some("Bearer t0ken"));
    }
}

#[tokio::test]
async fn a_loop_ends_after_five_redirects() {
    let server = redirecting(302, "/again").await;
    let error = server.service().get("op", "/").send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::Redirects), "{error}");
    assert_eq!((error.kind(), server.seen().len()), (Kind::Rejected, 6));
}

#[tokio::test]
async fn a_redirect_that_would_drop_the_body_is_not_followed() {
    for status in [301, 302, 303] {
        let server = redirecting(status, "/end").await;
        let error = server.service().post("op", "/").body("text/plain", "x").send().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.kind(), server.seen().len()), (Kind::Configuration, 1));
    }
}

#[tokio::test]
async fn a_redirect_that_keeps_the_body_is_followed() {
    for status in [307, 308] {
        let server = redirecting(status, "/end").await;
        let request = server.service().request(Method::PATCH, "op", "/").body("text/plain", "x");
        assert_eq!(request.text().await.unwrap(), "arrived");
        assert_eq!(
            (server.seen()[1].line.as_str(), server.seen()[1].body.as_slice()),
            ("PATCH /end HTTP/1.1", &b"x"[..])
        );
    }
}

#[tokio::test]
async fn only_a_plain_request_leaves_its_origin() {
    let elsewhere = redirecting(302, "/end").await;
    let server = redirecting(307, elsewhere.url.join("/end").unwrap()).await;
    assert_eq!(server.service().get("op", "/").text().await.unwrap(), "arrived");

    let secret = Secret::from("t0ken");
    let request = || server.service().get("op", "/");
    for private in [
        request().secret_header("x-token", &secret),
        request().header("Authorization", "Basic eDp5"),
        request().secret_query("key", &secret),
        request().body("text/plain", "x"),
    ] {
        let error = private.send().await.unwrap_err();
        assert!(matches!(error.cause, Cause::ForeignLink), "{error}");
        assert_eq!(error.kind(), Kind::Rejected);
    }
    assert_eq!(elsewhere.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_no_address_of_http_is_refused() {
    for location in ["file:///etc/passwd", "gopher://localhost/"] {
        let error = redirecting(302, location).await.service().get("op", "/").send().await.unwrap_err();
        assert!(matches!(error.cause, Cause::ForeignLink), "{error}");
    }
    let error = redirecting(302, "http://[bad").await.service().get("op", "/").send().await.unwrap_err();
    assert!(matches!(error.cause, Cause::Redirects), "{error}");
}
