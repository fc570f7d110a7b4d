//! Shutdown of a server.

use std::rc::Rc;

use http_server::{Response, Router, get};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::client::{receive, with_server};

const REQUEST: &[u8] = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";

/// Route that signals a request through `asked`, and responds once `go` is signaled.
fn slow(asked: &Rc<Notify>, go: &Rc<Notify>) -> Router {
    let (asked, go) = (Rc::clone(asked), Rc::clone(go));
    Router::new().route(get("/slow", async move |_| {
        asked.notify_one();
        go.notified().await;
        Response::text("done")
    }))
}

#[test]
fn requests_in_progress_are_answered_and_new_ones_refused() {
    let (asked, go) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    with_server(slow(&asked, &go), async |address, end| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        asked.notified().await;
        end.send(()).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go.notify_one();
        assert_eq!(receive(&mut stream).await.body, "done");
    });
}

#[test]
fn a_slow_handler_gets_503() {
    let (asked, go) = (Rc::new(Notify::new()), Rc::new(Notify::new()));
    with_server(slow(&asked, &go), async |address, end| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        asked.notified().await;
        tokio::time::pause();
        end.send(()).unwrap();
        let mut bytes = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes).await;
        assert!(read.is_err() || bytes.is_empty());
    });
}

#[test]
fn a_client_that_stays_does_not_keep_the_server() {
    let router = Router::new().route(get("/", async |_| Response::text("here")));
    let mut stays = None;
    with_server(router, async |address, end| {
        stays = Some(TcpStream::connect(address).await.unwrap());
        end.send(()).unwrap();
    });
    assert!(stays.is_some());
}
