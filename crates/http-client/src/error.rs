//! Errors of calls, with texts that are safe to print.

use std::fmt;
use std::io;
use std::time::Duration;

use fault::{Fault, Kind};
use reqwest::StatusCode;
use secret::Redactor;

use crate::Transport;

/// A call that failed. Prints as `nws points: 404 Not Found: Unable to provide data for requested point`.
///
/// Neither it nor its sources print a URL or a secret.
#[derive(Debug)]
pub struct Error {
    /// The service, as the client named it.
    pub service: &'static str,
    /// The operation, as the caller named it.
    pub operation: &'static str,
    /// The cause.
    pub cause: Cause,
}

/// Cause of a failed call.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The server cannot be reached: unknown host, connection refused, no answer in time.
    #[error("cannot connect")]
    Connect(#[source] Transport),
    /// TLS fails until the configuration or the server changes.
    #[error("{advice}")]
    Tls {
        /// The problem, and what to do about it.
        advice: &'static str,
        /// The error of the transport.
        source: Transport,
    },
    /// An attempt took too long, from connecting to the last byte of the body.
    #[error("no complete reply within {:.1} s", after.as_secs_f32())]
    Timeout {
        /// Time limit of one attempt.
        after: Duration,
    },
    /// The connection was lost, or the reply violates HTTP or its own framing.
    #[error("the connection broke")]
    Interrupted(#[source] Transport),
    /// The rate limit of the service is exceeded: 429, or 403 with a wait or an exhausted limit.
    #[error("{}", status_line(*status, message))]
    RateLimited {
        /// HTTP status of the reply.
        status: StatusCode,
        /// Wait that the service asks for.
        retry_after: Option<Duration>,
        /// Message of the service, without secrets.
        message: String,
    },
    /// Any other status than 2xx.
    #[error("{}", status_line(*status, message))]
    Status {
        /// HTTP status of the reply.
        status: StatusCode,
        /// Wait that the service asks for.
        retry_after: Option<Duration>,
        /// Message of the service, without secrets.
        message: String,
    },
    /// More than five redirects, or one without a valid target.
    #[error("too many redirects")]
    Redirects,
    /// A link or redirect leads to another origin, where this request must not go.
    #[error("the reply leads to a foreign address")]
    ForeignLink,
    /// The body is larger than the limit.
    #[error("the reply is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes after decompression.
        limit: usize,
    },
    /// A reply of status 2xx is not JSON.
    #[error("{}", not_json(found, message))]
    NotJson {
        /// Format of the reply: `an HTML page`, `nothing`.
        found: &'static str,
        /// Title of the page or first line of the text, without secrets.
        message: String,
    },
    /// A reply of status 2xx is JSON of another shape than expected.
    #[error("unexpected JSON at `{path}`: {reason}")]
    Json {
        /// Path of the difference: `properties.periods[3].temperature`; `.` is the whole reply.
        path: String,
        /// The difference, without secrets. The parser's error is not kept as a source, because it quotes values.
        reason: String,
    },
    /// The body cannot be written as JSON.
    #[error("the request cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// A header has characters that are not allowed, such as a line break at the end of a token.
    #[error("the header `{name}` has a name or a value that cannot be sent")]
    Header {
        /// Name of the header.
        name: String,
    },
    /// The base URL of the service does not start with `http://` or `https://`.
    #[error("the base URL must start with http:// or https://")]
    BaseUrl,
}

impl Error {
    /// HTTP status of the reply, if there was a reply and its status was not 2xx.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.cause {
            Cause::Status { status, .. } | Cause::RateLimited { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether there was no reply at all.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(
            self.cause,
            Cause::Connect(_)
                | Cause::Tls { .. }
                | Cause::Timeout { .. }
                | Cause::Interrupted(_)
                | Cause::BaseUrl
        )
    }

    /// Message of the service, without secrets.
    pub fn message(&self) -> Option<&str> {
        match &self.cause {
            Cause::Status { message, .. }
            | Cause::RateLimited { message, .. }
            | Cause::NotJson { message, .. } => Some(message),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.service, self.operation, self.cause)
    }
}

impl std::error::Error for Error {
    // `Display` prints the cause, so the chain continues with the source of the cause.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.cause)
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match &self.cause {
            Cause::Connect(_) | Cause::Timeout { .. } | Cause::Interrupted(_) => Kind::Temporary,
            Cause::RateLimited { .. } => Kind::RateLimited,
            Cause::Status { status, .. } => status_kind(*status),
            Cause::Tls { .. } | Cause::Header { .. } | Cause::BaseUrl => Kind::Configuration,
            Cause::Redirects
            | Cause::ForeignLink
            | Cause::TooLarge { .. }
            | Cause::NotJson { .. }
            | Cause::Json { .. }
            | Cause::Encode(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match &self.cause {
            Cause::Status { retry_after, .. } | Cause::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl Cause {
    /// Classifies an error of the transport. The URL is removed first: its query may hold a key.
    pub(crate) fn from_transport(error: reqwest::Error, attempt: Duration) -> Self {
        let error = error.without_url();
        if let Some(advice) = tls_advice(&error) {
            Self::Tls { advice, source: Transport::new(error) }
        } else if error.is_builder() {
            Self::BaseUrl
        } else if error.is_connect() {
            Self::Connect(Transport::new(error))
        } else if error.is_timeout() {
            Self::Timeout { after: attempt }
        } else {
            Self::Interrupted(Transport::new(error))
        }
    }
}

/// Names and secrets of a call, for its error.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) redactor: Redactor,
}

impl Call {
    pub(crate) fn fail(&self, cause: Cause) -> Error {
        Error { service: self.service, operation: self.operation, cause }
    }
}

/// Classifies a status. 408 and 425 ask for a repeat (RFC 9110 15.5.9, RFC 8470 5.2); 501 and 505 last until the
/// configuration changes.
fn status_kind(status: StatusCode) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Unauthorized,
        501 | 505 => Kind::Configuration,
        408 | 425 | 500..=599 => Kind::Temporary,
        _ => Kind::Configuration,
    }
}

fn status_line(status: StatusCode, message: &str) -> String {
    let reason = status.canonical_reason().map(|reason| format!(" {reason}")).unwrap_or_default();
    let separator = if message.is_empty() { "" } else { ": " };
    format!("{}{reason}{separator}{message}", status.as_u16())
}

fn not_json(found: &str, message: &str) -> String {
    let separator = if message.is_empty() { "" } else { ": " };
    format!("expected JSON, got {found}{separator}{message}")
}

/// Advice for a TLS failure that lasts; `None` for others, such as an interrupted handshake, which count as connection
/// errors.
fn tls_advice(error: &reqwest::Error) -> Option<&'static str> {
    use rustls::{CertificateError as Certificate, Error as Tls};
    match causes(error).find_map(|cause| cause.downcast_ref::<Tls>())? {
        Tls::InvalidCertificate(Certificate::UnknownIssuer) => {
            Some("the certificate is not trusted; set CA_FILE to the authority that signed it")
        }
        Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            Some("the certificate has expired")
        }
        Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => Some("the certificate belongs to another host"),
        Tls::InvalidCertificate(_) => Some("the certificate is not valid"),
        Tls::InvalidMessage(_) => {
            Some("the server does not speak TLS; the URL may have to start with http://")
        }
        _ => None,
    }
}

/// Iterates over an error and its sources, including the error inside an `io::Error`, which `source()` skips.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as _),
        None => cause.source(),
    })
}
