//! Why a message was not sent.

use std::time::Duration;

use alert_channel::SendError;
use fault::{Fault, Kind};
use http_client::Cause;

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Slack refused the message, in one of its codes: `no_service`, `channel_not_found`, `invalid_auth`.
    #[error("slack refused the message: {code}")]
    Refused {
        /// The code, and what Slack says besides: `missing_scope (needed: chat:write)`.
        code: String,
    },
    /// Slack did not take it: unreachable, too busy, rate limited.
    #[error("slack did not take the message")]
    NotTaken(#[source] http_client::Error),
    /// Slack met an error of its own, and says of such errors that a part may have been done.
    #[error("slack broke off while taking the message: {code}")]
    BrokeOff {
        /// The code.
        code: String,
    },
    /// No answer came after the message had been handed over. It may have arrived.
    #[error("slack did not confirm the message; it may have arrived")]
    Unknown(#[source] http_client::Error),
}

impl Error {
    pub(crate) fn from_http(error: http_client::Error) -> Self {
        match &error.cause {
            // A gateway gave up waiting; what is behind it may have acted.
            Cause::Status { status, .. } if status.as_u16() == 504 => Self::Unknown(error),
            Cause::Status { status, message, .. }
                if status.is_client_error() && error.kind() != Kind::Temporary =>
            {
                Self::Refused { code: message.clone() }
            }
            // A sign-in page or a proxy's page; no Slack has seen the message.
            Cause::NotJson { message, .. } => Self::Refused { code: message.clone() },
            Cause::Timeout { .. } | Cause::Interrupted(_) | Cause::TooLarge { .. } | Cause::Json { .. } => {
                Self::Unknown(error)
            }
            _ => Self::NotTaken(error),
        }
    }

    /// A reply of status 200 that says no. Source of the codes:
    /// <https://docs.slack.dev/reference/methods/chat.postMessage>.
    pub(crate) fn from_code(code: &str, more: &str) -> Self {
        if matches!(code, "internal_error" | "fatal_error") {
            return Self::BrokeOff { code: code.to_owned() };
        }
        Self::Refused { code: if more.is_empty() { code.to_owned() } else { format!("{code} ({more})") } }
    }

    /// Whether the message is certain not to have arrived.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotTaken(_))
    }

    /// Slack's code, of a message it refused.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused { code } => code.split(' ').next().unwrap_or_default(),
            _ => "",
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused { .. } => match self.code() {
                "ratelimited" | "rate_limited" | "message_limit_exceeded" => Kind::RateLimited,
                "service_unavailable" | "request_timeout" | "team_added_to_org" | "rollup_error" => {
                    Kind::Temporary
                }
                "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive"
                | "missing_scope" | "no_permission" | "action_prohibited" => Kind::Unauthorized,
                "no_text"
                | "msg_too_long"
                | "invalid_payload"
                | "invalid_blocks"
                | "invalid_blocks_format"
                | "invalid_json"
                | "msg_blocks_too_long" => Kind::Rejected,
                _ => Kind::Configuration,
            },
            Self::NotTaken(error) => error.kind(),
            // Not passing: nobody may send it again.
            Self::BrokeOff { .. } | Self::Unknown(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotTaken(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        if error.is_certain() { Self::not_taken(error) } else { Self::unconfirmed(error) }
    }
}
