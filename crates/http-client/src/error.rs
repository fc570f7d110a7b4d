//! Why a call failed, in words that are safe to print.

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
    /// What happened.
    pub cause: Cause,
}

/// What happened to a call.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The server cannot be reached: no such host, refused, no answer in time.
    #[error("cannot connect")]
    Connect(#[source] Transport),
    /// The server was reached, and TLS with it is impossible until someone changes something.
    #[error("{advice}")]
    Tls {
        /// What is wrong, and what to do about it.
        advice: &'static str,
        /// The whole story.
        source: Transport,
    },
    /// An attempt took too long, from connecting to the last byte of the body.
    #[error("no complete reply within {:.1} s", after.as_secs_f32())]
    Timeout {
        /// How long one attempt may take.
        after: Duration,
    },
    /// The connection broke, or what came over it was not HTTP or not what its framing said.
    #[error("the connection broke")]
    Interrupted(#[source] Transport),
    /// The service was asked too often: 429, or 403 with a wait or an exhausted limit.
    #[error("{}", status_line(*status, message))]
    RateLimited {
        /// The status.
        status: StatusCode,
        /// How long the service asked to be left alone.
        retry_after: Option<Duration>,
        /// What the service said, scrubbed.
        message: String,
    },
    /// Any other status than 2xx.
    #[error("{}", status_line(*status, message))]
    Status {
        /// The status.
        status: StatusCode,
        /// How long the service asked to be left alone.
        retry_after: Option<Duration>,
        /// What the service said, scrubbed.
        message: String,
    },
    /// More than five redirects, or one that leads nowhere.
    #[error("redirected without end")]
    Redirects,
    /// A link or a redirect leads where this request may not go.
    #[error("the reply leads to a foreign address")]
    ForeignLink,
    /// The body is larger than was asked for.
    #[error("the reply is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes after decompression.
        limit: usize,
    },
    /// A reply of status 2xx is not JSON at all.
    #[error("{}", not_json(found, message))]
    NotJson {
        /// What it is instead: `an HTML page`, `nothing`.
        found: &'static str,
        /// What it says, scrubbed: the title of the page, the first line of the text.
        message: String,
    },
    /// A reply of status 2xx is not the JSON that was expected.
    #[error("unexpected JSON at `{path}`: {reason}")]
    Json {
        /// Where it differs: `properties.periods[3].temperature`; `.` is the whole reply.
        path: String,
        /// How it differs, scrubbed. The parser's own error is not kept as a source, because it quotes values.
        reason: String,
    },
    /// The body to be sent has no form in JSON.
    #[error("the request cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// A header to be sent holds what a header cannot carry, such as a line break at the end of a token.
    #[error("the header `{name}` has a name or a value that cannot be sent")]
    Header {
        /// Its name.
        name: String,
    },
    /// The base URL of the service is not one of HTTP.
    #[error("the base URL cannot be called: it has to start with http:// or https://")]
    BaseUrl,
}

impl Error {
    /// The status of the reply, if there was one and it was not 2xx.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.cause {
            Cause::Status { status, .. } | Cause::RateLimited { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the service said, scrubbed of secrets.
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
    // The cause is printed here already, so the chain goes on with what is behind it.
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
    /// Sorts what the transport reports. The URL is taken out first: its query may hold a key.
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

/// Whom an error speaks of, and what it may not say.
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

/// 408 and 425 ask to be repeated (RFC 9110 15.5.9, RFC 8470 5.2); 501 and 505 stay as they are until a person changes
/// what we ask of whom.
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

/// What to do about a TLS failure that lasts. Others, such as a handshake cut short, pass as connection faults.
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

/// All errors behind one. `io::Error` skips what it wraps when asked for its source, so it is opened here.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as _),
        None => cause.source(),
    })
}
