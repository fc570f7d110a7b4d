//! A channel to people: the trait that Slack, Alertmanager and the webhook implement, and its errors.
//!
//! This crate knows no channel, and no rule for messages.

use std::error::Error as StdError;
use std::time::Duration;

pub use alert_engine::Route;

use alert_engine::Notification;
use fault::{Fault, Kind};
use serde::{Deserialize, Serialize};

/// Place of the first message of an alert, so that later ones follow it. Its text is the channel's own; it is stored
/// with the alert and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thread(pub String);

/// A channel to people: Slack, Alertmanager, a webhook.
///
/// A channel formats notifications and sends them, once: retries and pauses between messages are the caller's.
#[expect(async_fn_in_trait, reason = "programs have one thread, so no future has to be Send")]
pub trait Channel {
    /// Route of the channel. No two channels of a program have the same name.
    fn route(&self) -> &Route;

    /// Sends notifications as one message. There is at least one, and the most severe comes first; several
    /// are a storm, or have waited together.
    ///
    /// `thread` is the value that this channel returned for the first message of the alert that all of `group` follow;
    /// without one, or with one that is gone, the message stands alone. The returned thread is stored for every alert of
    /// `group` that is not over, in place of an earlier one; `None` changes nothing.
    ///
    /// # Errors
    ///
    /// The message did not arrive, or may not have.
    async fn send(
        &self,
        group: &[Notification],
        thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError>;

    /// Checks the channel without sending a message to anybody, and returns the result in a few words.
    ///
    /// # Errors
    ///
    /// A message would not arrive.
    async fn check(&self) -> Result<&'static str, SendError>;
}

/// A message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It certainly did not arrive. It is sent again later, unless the kind is [`Kind::Rejected`].
    #[error("the message was not sent")]
    NotSent {
        /// Kind of the error, which decides what to do about it.
        kind: Kind,
        /// Time that the other side asked to wait.
        retry_after: Option<Duration>,
        /// Cause.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// It was sent and no answer came. It is not sent again: a channel where a repeat does no harm returns
    /// [`SendError::NotSent`] instead.
    #[error("the message was not confirmed; it may have arrived")]
    Unconfirmed(#[source] Box<dyn StdError + Send + Sync>),
}

impl SendError {
    /// The message certainly did not arrive, because of `error`.
    pub fn not_sent(error: impl Fault + Send + Sync + 'static) -> Self {
        Self::NotSent { kind: error.kind(), retry_after: error.retry_after(), source: Box::new(error) }
    }

    /// The message may have arrived, and `error` leaves it open.
    pub fn unconfirmed(error: impl StdError + Send + Sync + 'static) -> Self {
        Self::Unconfirmed(Box::new(error))
    }

    /// Whether the message is certain not to have arrived.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::NotSent { .. })
    }
}

impl Fault for SendError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotSent { kind, .. } => *kind,
            // Not temporary: it must not be sent again.
            Self::Unconfirmed(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotSent { retry_after, .. } => *retry_after,
            Self::Unconfirmed(_) => None,
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
