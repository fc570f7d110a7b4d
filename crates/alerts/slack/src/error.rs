//! Why a message was not sent.

use std::time::Duration;

use fault::{Fault, Kind};
use http_client::Cause;

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Slack refused the message, in one of its codes: `no_service`, `channel_not_found`, `invalid_auth`.
    #[error("slack refused the message: {code}")]
    Refused {
        /// The code.
        code: String,
    },
    /// Slack did not take it: unreachable, too busy, rate limited.
    #[error("slack did not take the message")]
    NotTaken(#[source] http_client::Error),
    /// No answer came after the message had been handed over. It may have arrived.
    #[error("slack did not confirm the message; it may have arrived")]
    Unknown(#[source] http_client::Error),
}

impl Error {
    pub(crate) fn from_http(error: http_client::Error) -> Self {
        match &error.cause {
            Cause::Status { status, message, .. } if status.is_client_error() => {
                Self::Refused { code: message.clone() }
            }
            Cause::Timeout { .. } | Cause::Interrupted(_) | Cause::TooLarge { .. } | Cause::Json { .. } => {
                Self::Unknown(error)
            }
            _ => Self::NotTaken(error),
        }
    }

    /// Whether the message is certain not to have arrived.
    pub fn is_certain(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused { code } => match code.as_str() {
                "ratelimited" | "rate_limited" => Kind::RateLimited,
                "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" => {
                    Kind::Temporary
                }
                "invalid_auth" | "not_authed" | "token_revoked" | "missing_scope" | "action_prohibited" => {
                    Kind::Unauthorized
                }
                _ => Kind::Configuration,
            },
            Self::NotTaken(error) => error.kind(),
            // Not passing: nobody may send it again.
            Self::Unknown(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotTaken(error) => error.retry_after(),
            _ => None,
        }
    }
}
