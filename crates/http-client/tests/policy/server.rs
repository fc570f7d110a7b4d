//! A server with scripted answers, down to the bytes, and the client under test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fault::Retry;
use http_client::{Client, Error, Options, RemoteService, Url};
use secret::Redactor;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Action of the server after it has read a request.
pub(crate) enum Answer {
    /// Writes these bytes and closes.
    Bytes(Vec<u8>),
    /// Writes these bytes, then nothing, and keeps the connection open.
    Stall(Vec<u8>),
    /// Writes the first bytes, then single bytes without end.
    Trickle(Vec<u8>),
    /// Writes the first bytes, then more as fast as possible, without end.
    Endless(Vec<u8>),
    /// Resets the connection.
    Reset,
}

/// A received request.
#[derive(Clone)]
pub(crate) struct Seen {
    /// Method, target and version.
    pub(crate) line: String,
    /// Header lines, with names in lower case.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub(crate) struct Server {
    pub(crate) url: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Starts a server whose answers depend on the number of earlier requests and on the request.
    pub(crate) async fn start(answer: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(converse(stream, Arc::clone(&log), Arc::clone(&answer)));
            }
        });
        Self { url, seen }
    }

    /// Starts a server with the same answer to every request.
    pub(crate) async fn always(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Self {
        Self::start(move |_, _| answer()).await
    }

    pub(crate) fn service(&self) -> RemoteService {
        service(&self.url)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// Service without retries.
pub(crate) fn service(base: &Url) -> RemoteService {
    client(Retry::never(), Redactor::default()).service("svc", base)
}

/// Service without retries and with a time limit of 300 ms, for servers that never finish.
pub(crate) fn impatient(base: &Url) -> RemoteService {
    let options = Options { timeout: Duration::from_millis(300), retry: Retry::never(), ..options() };
    Client::new(options).unwrap().service("svc", base)
}

pub(crate) fn client(retry: Retry, redactor: Redactor) -> Client {
    Client::new(Options { retry, redactor, ..options() }).unwrap()
}

/// Error of one `GET /` to a server with this answer.
pub(crate) async fn error(answer: impl Fn() -> Answer + Send + Sync + 'static) -> Error {
    Server::always(answer).await.service().get("op", "/").send().await.unwrap_err()
}

fn options() -> Options {
    Options::new("prog", "1.2.3", tls::client_config(None).unwrap())
}

/// A well-formed reply.
pub(crate) fn reply(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    Answer::Bytes([head(status, headers, body.len()).as_slice(), body].concat())
}

/// Status line and headers of a reply; the caller writes the body.
pub(crate) fn head(status: u16, headers: &[&str], length: usize) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    format!("HTTP/1.1 {status} Any\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n")
        .into_bytes()
}

async fn converse<F>(mut stream: TcpStream, log: Arc<Mutex<Vec<Seen>>>, answer: Arc<F>)
where
    F: Fn(usize, &Seen) -> Answer,
{
    let Some(seen) = read(&mut stream).await else {
        return;
    };
    let number = log.lock().unwrap().len();
    let answer = answer(number, &seen);
    log.lock().unwrap().push(seen);
    // The client closes the connection in the middle of some answers, so a failed write is expected.
    match answer {
        Answer::Bytes(bytes) => _ = stream.write_all(&bytes).await,
        Answer::Stall(bytes) => {
            _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Answer::Trickle(bytes) => {
            _ = stream.write_all(&bytes).await;
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            while stream.write_all(b"x").await.is_ok() {
                pace.tick().await;
            }
        }
        Answer::Endless(bytes) => {
            _ = stream.write_all(&bytes).await;
            while stream.write_all(&[b' '; 4096]).await.is_ok() {}
        }
        Answer::Reset => stream.set_zero_linger().unwrap(),
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = text.split("\r\n").map(str::to_owned);
    let line = lines.next().unwrap();
    let mut seen = Seen { line, headers: lines.collect(), body: bytes.split_off(end + 4) };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    while seen.body.len() < length {
        stream.read_buf(&mut seen.body).await.ok()?;
    }
    Some(seen)
}
