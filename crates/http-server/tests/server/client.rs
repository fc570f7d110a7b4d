//! A minimal client, and a server for one test.

use std::net::SocketAddr;

use http_server::{Config, Router, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// A received response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Serves `router` while `work` goes on, and then until the server has ended.
pub(crate) fn with_server(router: Router, work: impl AsyncFnOnce(SocketAddr, oneshot::Sender<()>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::bind(&Config::at("127.0.0.1:0".parse().unwrap())).await.unwrap();
        let address = server.address();
        let (end, ended) = oneshot::channel();
        let ended = async { ended.await.unwrap_or_default() };
        tokio::join!(server.serve(router, ended), work(address, end));
    });
}

/// Response to one request.
pub(crate) fn ask(router: Router, request: &str) -> Answer {
    let mut answer = None;
    with_server(router, async |address, _end| answer = Some(send(address, request).await));
    answer.expect("an answer")
}

/// Sends a request, with `\n` replaced by `\r\n`, and reads until the server closes.
pub(crate) async fn send(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let head = head.trim_end().replace('\n', "\r\n");
    let request = format!("{head}\r\nhost: test\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    receive(&mut stream).await
}

/// Reads until the server closes.
pub(crate) async fn receive(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A server that refuses early may reset the connection with unread bytes.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
