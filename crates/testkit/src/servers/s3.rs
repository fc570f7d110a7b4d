//! A bucket of an S3-compatible service: moto, behind a front that fails on request.

use std::ffi::OsString;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http_sim::{Reply, Request, Server, Service};
use tempfile::TempDir;

use super::process::{Launch, Process, password, with_free_port};
use super::{Missing, http};
use crate::Requirement;

const PROGRAM: &str = "moto_server";
const TYPE: &str = "content-type";
/// Authorization header for moto, which requires one and does not check its signature.
const AUTHORIZATION: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
);
/// An S3 service with a bucket of one's own.
///
/// The service is moto, which speaks the protocol, checks no signature, and keeps all in memory. Tests of one program
/// share it, since it takes seconds to start. The front before it is each test's own: it refuses another key, and a
/// time that is not its own, as real services do, and fails on request.
#[derive(Debug)]
pub struct S3 {
    front: Server,
    state: Arc<State>,
    bucket: String,
}

/// The service itself.
#[derive(Debug)]
struct Moto {
    port: u16,
    // In this order: the server goes before its folder.
    _process: Process,
    _folder: TempDir,
}

#[derive(Debug)]
struct State {
    port: u16,
    key: String,
    /// Seconds by which the clock of the service is ahead.
    ahead: AtomicI64,
    /// The requests of this method that are still to be refused with 503.
    refused: Mutex<Option<(&'static str, usize)>>,
    /// Whether conditions of writes are ignored, as by some services.
    ignores_conditions: AtomicBool,
}

impl S3 {
    /// A service with one bucket.
    ///
    /// # Errors
    /// Fails if moto is not installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        static MOTO: OnceLock<Result<Moto, Missing>> = OnceLock::new();
        let port = MOTO.get_or_init(Moto::start).as_ref().map_err(Clone::clone)?.port;
        let state = State {
            port,
            key: password(),
            ahead: AtomicI64::new(0),
            refused: Mutex::default(),
            ignores_conditions: AtomicBool::new(false),
        };
        let state = Arc::new(state);
        let front = Server::start(Front(Arc::clone(&state))).map_err(Missing::because(PROGRAM))?;
        let server = Self { front, state, bucket: format!("landing-{}", password()) };
        server.ask("PUT", &format!("/{}", server.bucket), b"").map_err(Missing::because(PROGRAM))?;
        Ok(server)
    }

    /// The endpoint.
    pub fn url(&self) -> &str {
        self.front.url()
    }

    /// The port of the endpoint.
    pub fn port(&self) -> u16 {
        self.url().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(0)
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The access key it accepts. Any secret does.
    pub fn key(&self) -> &str {
        &self.state.key
    }

    /// The variables for a program that uses it.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL", self.url().to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", self.key().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "s3-secret-of-the-test".to_owned()),
        ]
    }

    /// The keys that begin so, in their order.
    ///
    /// # Errors
    /// The answer of the service.
    pub fn keys(&self, beginning: &str) -> Result<Vec<String>, String> {
        let query = http::query(&[("list-type", "2"), ("prefix", beginning), ("max-keys", "1000")]);
        let listing = self.ask("GET", &format!("/{}?{query}", self.bucket), b"")?;
        let listing = String::from_utf8_lossy(&listing).into_owned();
        let keys = listing.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
        Ok(keys.map(|(key, _)| key.to_owned()).collect())
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// The answer of the service.
    pub fn get(&self, key: &str) -> Result<Vec<u8>, String> {
        self.ask("GET", &format!("/{}/{key}", self.bucket), b"")
    }

    /// Writes an object.
    ///
    /// # Errors
    /// The answer of the service.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<(), String> {
        self.ask("PUT", &format!("/{}/{key}", self.bucket), bytes).map(drop)
    }

    /// Answers the next requests of this method with 503.
    pub fn refuse(&self, method: &'static str, times: usize) {
        *self.state.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((method, times));
    }

    /// Sets the clock of the service ahead, or back.
    pub fn set_clock(&self, seconds_ahead: i64) {
        self.state.ahead.store(seconds_ahead, Ordering::Relaxed);
    }

    /// Ignores conditions of writes, as services do that know none.
    pub fn ignore_conditions(&self) {
        self.state.ignores_conditions.store(true, Ordering::Relaxed);
    }

    /// The requests that arrived, as `GET /bucket/key`, without their signatures.
    pub fn requests(&self) -> Vec<String> {
        let line = |request: &Request| format!("{} {}", request.method, request.path);
        self.front.requests().iter().map(line).collect()
    }

    fn ask(&self, method: &str, target: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let answer = http::send(
            method,
            self.state.port,
            target,
            &[AUTHORIZATION, (TYPE, "application/octet-stream")],
            body,
        )
        .map_err(|error| error.to_string())?;
        if answer.status < 300 {
            Ok(answer.body)
        } else {
            Err(String::from_utf8_lossy(&answer.body).into_owned())
        }
    }
}

impl Moto {
    fn start() -> Result<Self, Missing> {
        // Without the link to it, whose name has a sign that `env` takes for an assignment.
        let program = Requirement::MotoServer.find()?.canonicalize().map_err(Missing::because(PROGRAM))?;
        let folder = TempDir::with_prefix("s3-").map_err(Missing::because(PROGRAM))?;
        let launch = |port: u16| {
            // Pages of a few keys, so that no test needs a thousand for the second page.
            let command = ["env".into(), "MOTO_S3_DEFAULT_MAX_KEYS=3".into(), program.clone().into()];
            let words = ["-H", "127.0.0.1", "-p", &port.to_string()].map(OsString::from);
            let command = command.into_iter().chain(words).collect();
            let launch = Launch { program: PROGRAM, command, folder: folder.path(), signal: "TERM" };
            Process::start(&launch, || http::get(port, "/moto-api/").is_ok_and(|answer| answer.status == 200))
        };
        let (process, port) = with_free_port(PROGRAM, launch)?;
        Ok(Self { port, _process: process, _folder: folder })
    }
}

/// Checks what moto does not check, and fails on request.
struct Front(Arc<State>);

impl Service for Front {
    fn reply(&self, request: &Request) -> Reply {
        let state = &self.0;
        let now = now() + state.ahead.load(Ordering::Relaxed);
        let reply = if state.is_refused(&request.method) {
            error(503, "SlowDown", "Please reduce your request rate.")
        } else if !request.param("X-Amz-Credential").is_some_and(|name| name.starts_with(&state.key)) {
            error(
                403,
                "InvalidAccessKeyId",
                "The AWS Access Key Id you provided does not exist in our records.",
            )
        } else if request.param("X-Amz-Date").and_then(seconds).is_none_or(|time| now.abs_diff(time) > 900) {
            error(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
        } else {
            state.forward(request)
        };
        reply.header("date", &date(now))
    }
}

impl State {
    fn is_refused(&self, method: &str) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *refused {
            Some((meant, left)) if *meant == method && *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn forward(&self, request: &Request) -> Reply {
        let ignores = self.ignores_conditions.load(Ordering::Relaxed);
        let names: &[_] = if ignores { &[TYPE] } else { &[TYPE, "if-match", "if-none-match"] };
        let headers: Vec<_> = names.iter().filter_map(|name| Some((*name, request.header(name)?))).collect();
        match http::send(&request.method, self.port, &request.target, &headers, &request.body) {
            Ok(answer) => {
                let kept = ["etag", "last-modified", "content-type"];
                let mut reply = Reply { body: answer.body.into(), ..Reply::empty(answer.status) };
                for (name, value) in answer.headers.iter().filter(|(name, _)| kept.contains(&name.as_str())) {
                    reply = reply.header(name, value);
                }
                reply
            }
            Err(reason) => error(503, "ServiceUnavailable", &reason.to_string()),
        }
    }
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Reply::new(status, "application/xml", body)
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

/// Seconds since 1970 of `20261201T001530Z`.
fn seconds(text: &str) -> Option<i64> {
    jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", text)
        .and_then(|parsed| parsed.to_datetime())
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC))
        .map(|time| time.timestamp().as_second())
        .ok()
}

/// `Tue, 01 Dec 2026 00:15:30 GMT`.
fn date(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
