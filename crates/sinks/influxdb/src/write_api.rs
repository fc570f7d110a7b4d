//! The write API: one request, and the meaning of its answer.

use std::io::Write as _;

use fault::{Fault, Kind, Retry};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_client::{RemoteService, StatusCode};
use secret::Secret;
use sink::Error;

use crate::bad_request::BadRequest;
use crate::{Config, NAME};

const LINES: &str = "text/plain; charset=utf-8";

/// Shorter bodies fit into one packet as they are.
const WORTH_COMPRESSING: usize = 1024;

/// A body without a point. A comment, because InfluxDB 2 refuses an empty body.
const NO_POINT: &[u8] = b"# no point\n";

/// The write API of one bucket.
#[derive(Debug)]
pub(crate) struct WriteApi {
    service: RemoteService,
    token: Secret,
    org: String,
    bucket: String,
    compresses: bool,
}

/// Result of a write request.
pub(crate) enum Answer {
    /// All of them are written.
    Written,
    /// The request is larger than the server, or something in front of it, takes.
    TooLarge,
    /// At least one of them is refused, or all of them for another reason than their content.
    Refused(BadRequest),
}

impl WriteApi {
    pub(crate) fn new(config: &Config, http: &http_client::Client) -> Self {
        let Config { url, token, org, bucket, gzip } = config.clone();
        let compresses = gzip.unwrap_or(url.scheme() == "https");
        Self { service: http.service(NAME, &url), token, org, bucket, compresses }
    }

    /// Writes lines, in nanoseconds.
    pub(crate) async fn write(&self, lines: &[u8]) -> Result<Answer, Error> {
        let request = self
            .service
            .post("write", "api/v2/write")
            .query("org", &self.org)
            .query("bucket", &self.bucket)
            .query("precision", "ns")
            .token("Token", &self.token)
            // The caller retries, for all sinks.
            .retry(Retry::never());
        let request = match self.compresses.then(|| compressed(lines)).flatten() {
            Some(bytes) => request.body(LINES, bytes).content_encoding("gzip"),
            None => request.body(LINES, lines.to_vec()),
        };
        match request.send().await {
            Ok(reply) if reply.status() == StatusCode::NO_CONTENT => Ok(Answer::Written),
            Ok(reply) => Err(elsewhere(reply.status())),
            Err(error) => match error.status() {
                Some(StatusCode::PAYLOAD_TOO_LARGE) => Ok(Answer::TooLarge),
                Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => {
                    Ok(Answer::Refused(BadRequest::new(error)))
                }
                _ => Err(self.failed(error)),
            },
        }
    }

    /// Writes no point, and returns the server's refusal, if it refuses that.
    pub(crate) async fn probe(&self) -> Result<Option<BadRequest>, Error> {
        match self.write(NO_POINT).await? {
            Answer::Written => Ok(None),
            Answer::Refused(bad_request) => Ok(Some(bad_request)),
            Answer::TooLarge => Err(too_small(NO_POINT.len())),
        }
    }

    /// The error of a call that no change of its lines would help.
    pub(crate) fn failed(&self, error: http_client::Error) -> Error {
        let message = format!("cannot write to bucket `{}` of `{}`", self.bucket, self.org);
        match error.kind() {
            // The client rejects the form of a reply, such as a redirect, which is not caused by the records.
            Kind::Rejected => Error::new(NAME, Kind::Configuration, message).with_source(error),
            _ => Error::caused(NAME, message, error),
        }
    }
}

/// The error of a server that takes no request of a size worth sending.
pub(crate) fn too_small(bytes: usize) -> Error {
    let message =
        format!("the server, or a proxy before it, takes no request of {bytes} bytes; raise its limit");
    Error::new(NAME, Kind::Configuration, message)
}

/// The write API answers 204 and nothing else. A page that says 200 to everything has stored nothing.
fn elsewhere(status: StatusCode) -> Error {
    let message = format!("expected 204 from the write API, got {status}; INFLUXDB_URL may lead elsewhere");
    Error::new(NAME, Kind::Configuration, message)
}

/// `lines` compressed, unless they are too few to be worth it.
fn compressed(lines: &[u8]) -> Option<Vec<u8>> {
    if lines.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(lines.len() / 4), Compression::fast());
    encoder.write_all(lines).ok()?;
    encoder.finish().ok()
}
