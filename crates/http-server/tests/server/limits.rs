//! Limits on clients.

use http_server::{Config, Error, Request, Response, Router, Server, post};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::client::{ask, receive, with_server};

fn router() -> Router {
    let length = async |request: Request| Response::text(request.body().len().to_string());
    Router::new().route(post("/", length).body_limit(100))
}

#[test]
fn a_body_up_to_the_limit_is_read() {
    let answer = ask(router(), &format!("POST / HTTP/1.1\ncontent-length: 100\n\n{}", "x".repeat(100)));
    assert_eq!((answer.status, answer.body.as_str()), (200, "100"));
}

#[test]
fn a_larger_body_is_refused_whether_it_is_announced_or_not() {
    let announced = ask(router(), &format!("POST / HTTP/1.1\ncontent-length: 101\n\n{}", "x".repeat(101)));
    let chunk = format!("65\r\n{}\r\n0\r\n\r\n", "x".repeat(101));
    let chunked = ask(router(), &format!("POST / HTTP/1.1\ntransfer-encoding: chunked\n\n{chunk}"));
    assert_eq!((announced.status, chunked.status), (413, 413));
    assert!(announced.body.contains("larger than 100 bytes"), "{}", announced.body);
}

/// The clock of these tests jumps to the next thing to wait for, so waiting takes no time.
fn while_waiting(sent: &'static str, then: impl AsyncFnOnce(TcpStream, Instant)) {
    with_server(router(), async |address, _end| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        tokio::time::pause();
        then(stream, Instant::now()).await;
    });
}

#[test]
fn a_client_that_sends_its_head_slowly_is_cut_off() {
    for sent in ["", "POST / HTT", "POST / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        while_waiting(sent, async |mut stream, since| {
            let mut byte = [0];
            // Data received before the close does not matter.
            while tokio::io::AsyncReadExt::read(&mut stream, &mut byte).await.is_ok_and(|bytes| bytes > 0) {}
            let waited = since.elapsed().as_secs();
            assert!((5..30).contains(&waited), "{sent:?} {waited}");
        });
    }
}

#[test]
fn a_slow_body_gets_408() {
    let sent = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 50\r\n\r\nhalf";
    while_waiting(sent, async |mut stream, since| {
        assert_eq!(receive(&mut stream).await.status, 408);
        assert!(since.elapsed().as_secs() < 30);
    });
}

#[test]
fn an_address_in_use_is_an_error() {
    with_server(router(), async |address, _end| {
        let Err(error) = Server::bind(&Config::at(address)).await else { panic!("the address is free") };
        let Error::Listen { address: reported, .. } = error;
        assert_eq!(reported, address);
    });
}
