//! Errors of a message to Slack.

use std::time::Duration;

use alert_channel::SendError;
use fault::{Fault, Kind};
use http_client::Cause;

/// A message was not sent, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Slack refused the message with one of its codes: `no_service`, `channel_not_found`, `invalid_auth`.
    #[error("slack refused the message: {code}")]
    Refused {
        /// Code, and further details from Slack: `missing_scope (needed: chat:write)`.
        code: String,
    },
    /// It certainly did not arrive: Slack is unreachable, too busy, or limits the rate.
    #[error("the message was not sent to slack")]
    NotSent(#[source] http_client::Error),
    /// Slack had an internal error; by its documentation, a part of the call may have been done.
    #[error("slack failed while taking the message: {code}")]
    Internal {
        /// Code of the error.
        code: String,
    },
    /// No answer came after the message had been sent. It may have arrived.
    #[error("slack did not confirm the message; it may have arrived")]
    Unknown(#[source] http_client::Error),
}

impl Error {
    pub(crate) fn from_http(error: http_client::Error) -> Self {
        match &error.cause {
            // A gateway gave up waiting; the server behind it may have acted.
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
            _ => Self::NotSent(error),
        }
    }

    /// The error in a reply of status 200. Source of the codes:
    /// <https://docs.slack.dev/reference/methods/chat.postMessage>.
    pub(crate) fn from_code(code: &str, more: &str) -> Self {
        if matches!(code, "internal_error" | "fatal_error") {
            return Self::Internal { code: code.to_owned() };
        }
        Self::Refused { code: if more.is_empty() { code.to_owned() } else { format!("{code} ({more})") } }
    }

    /// Whether the message is certain not to have arrived.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotSent(_))
    }

    /// Slack's code for a refused message.
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
            Self::NotSent(error) => error.kind(),
            // Not temporary: it must not be sent again.
            Self::Internal { .. } | Self::Unknown(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotSent(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        if error.is_certain() { Self::not_sent(error) } else { Self::unconfirmed(error) }
    }
}
