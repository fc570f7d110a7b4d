//! Networks and servers that fail below HTTP.

use fault::{Fault, Kind};
use http_client::{Cause, Error};
use tokio::net::TcpListener;

use crate::server::{Answer, Server, error, head, impatient, service};

fn assert_temporary(error: &Error) {
    assert_eq!(error.kind(), Kind::Temporary, "{}", fault::chain(error));
}

#[tokio::test]
async fn a_refused_connection_is_temporary() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let error = service(&url).get("op", "/").send().await.unwrap_err();
    assert_temporary(&error);
    assert!(matches!(error.cause, Cause::Connect(_)), "{error:?}");
    assert_eq!(error.to_string(), "svc op: cannot connect");
    assert!(fault::chain(&error).contains("refused"), "{}", fault::chain(&error));
}

#[tokio::test]
async fn a_reset_and_a_close_before_the_reply_are_temporary() {
    for answer in [|| Answer::Reset, || Answer::Bytes(Vec::new())] {
        let error = error(answer).await;
        assert_temporary(&error);
        assert!(matches!(error.cause, Cause::Interrupted(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_temporary() {
    let error = error(|| Answer::Bytes([head(200, &[], 100).as_slice(), b"{\"half\":"].concat())).await;
    assert_temporary(&error);
    assert!(matches!(error.cause, Cause::Interrupted(_)), "{error:?}");
}

#[tokio::test]
async fn a_reply_that_is_not_http_is_temporary() {
    let error = error(|| Answer::Bytes(b"220 mail.example.org ESMTP\r\n".to_vec())).await;
    assert_temporary(&error);
}

#[tokio::test]
async fn a_server_that_stalls_or_trickles_runs_out_of_time() {
    let slow: [fn() -> Answer; 3] = [
        || Answer::Stall(Vec::new()),
        || Answer::Stall(head(200, &[], 100)),
        || Answer::Trickle(head(200, &[], 100_000)),
    ];
    for answer in slow {
        let server = Server::always(answer).await;
        let error = impatient(&server.url).get("op", "/").send().await.unwrap_err();
        assert_temporary(&error);
        assert_eq!(error.to_string(), "svc op: no complete reply within 0.3 s");
    }
}

#[tokio::test]
async fn a_base_url_of_another_scheme_is_a_setting_to_change() {
    for base in ["ftp://localhost/", "unix:/run/api.sock"] {
        let error = service(&base.parse().unwrap()).get("op", "/x").send().await.unwrap_err();
        assert!(matches!(error.cause, Cause::BaseUrl), "{error:?}");
        assert_eq!(error.kind(), Kind::Configuration);
    }
}
