//! Errors of PostgreSQL, one variant per decision of the caller.

use std::error::Error as StdError;
use std::time::Duration;
use std::{io, iter};

use fault::{Fault, Kind};

use crate::sqlstate;

/// A failure to connect, or of a statement. None of its words hold the URL or the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no connection to be had now.
    #[error("PostgreSQL cannot be reached: {reason}")]
    Unreachable {
        /// Reason, as given by the operating system.
        reason: String,
    },
    /// The connection ended before the response. The statement may have been executed or not.
    #[error("the connection to PostgreSQL was lost")]
    Lost(#[source] tokio_postgres::Error),
    /// No answer came in time.
    #[error("PostgreSQL did not answer within {} s", after.as_secs())]
    TimedOut {
        /// Time limit that has passed.
        after: Duration,
    },
    /// TLS could not be set up: the server offers none, or its certificate is not trusted.
    #[error("TLS with PostgreSQL failed: {reason}")]
    Tls {
        /// Reason.
        reason: String,
    },
    /// The login could not even be tried, for want of a password for instance.
    #[error("PostgreSQL wants another login: {reason}")]
    Login {
        /// Reason.
        reason: String,
    },
    /// The server refused the login or the statement.
    #[error("{message} (SQLSTATE {code})")]
    Server {
        /// The error code, which does not depend on the server's language.
        code: String,
        /// The server's own message, without detail and hint, which may quote rows.
        message: String,
    },
    /// The driver could not write the request or read the answer.
    #[error("the exchange with PostgreSQL broke down")]
    Exchange(#[source] tokio_postgres::Error),
}

impl Error {
    /// The error code of the server, if the server refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Server { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Sorts an error met while connecting: the connection is not lost, there was none.
    pub(crate) fn connecting(error: tokio_postgres::Error) -> Self {
        match Self::from(error) {
            Self::Lost(error) => Self::Unreachable { reason: reason(&error) },
            error => error,
        }
    }
}

/// Sorts an error of the driver, which shows its kind only in its causes and its text.
impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(refusal) = error.as_db_error() {
            return Self::Server {
                code: refusal.code().code().to_owned(),
                message: refusal.message().to_owned(),
            };
        }
        if let Some(problem) = find::<rustls::Error>(&error) {
            return Self::Tls { reason: problem.to_string() };
        }
        if error.is_closed() || find::<io::Error>(&error).is_some() {
            return Self::Lost(error);
        }
        match error.to_string().as_str() {
            "error performing TLS handshake" => Self::Tls { reason: reason(&error) },
            "invalid configuration" | "authentication error" => Self::Login { reason: reason(&error) },
            "timeout waiting for server" => Self::Lost(error),
            _ => Self::Exchange(error),
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Unreachable { .. } | Self::Lost(_) | Self::TimedOut { .. } => Kind::Temporary,
            Self::Tls { .. } => Kind::Configuration,
            Self::Login { .. } => Kind::Unauthorized,
            Self::Server { code, .. } => sqlstate::kind(code),
            Self::Exchange(_) => Kind::Rejected,
        }
    }
}

/// The innermost cause, in its own words; for the operating system, in those of the standard library.
fn reason(error: &tokio_postgres::Error) -> String {
    match find::<io::Error>(error) {
        Some(cause) if cause.raw_os_error().is_some() => cause.kind().to_string(),
        Some(cause) => cause.to_string(),
        None => causes(error).last().map_or_else(|| error.to_string(), ToString::to_string),
    }
}

/// The first cause of that type. An error inside an `io::Error` is not its source but the error itself.
fn find<T: StdError + 'static>(error: &tokio_postgres::Error) -> Option<&T> {
    causes(error).find_map(|cause| {
        let wrapped = || cause.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref();
        cause.downcast_ref().or_else(wrapped)
    })
}

fn causes(error: &tokio_postgres::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    iter::successors(error.source(), |cause| (**cause).source())
}
