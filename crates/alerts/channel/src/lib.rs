//! What a channel to people is: what it is for, how it is given notifications, why it may not have brought them.
//!
//! This crate knows no channel, and not what is said or when.

use std::error::Error as StdError;
use std::time::Duration;

pub use alert_engine::Route;

use alert_engine::Notification;
use fault::{Fault, Kind};
use serde::{Deserialize, Serialize};

/// Where the first message of an alert is, so that what follows can be put beside it. Its text is the channel's own;
/// it is kept with the alert and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thread(pub String);

/// A way to people: Slack, Alertmanager, a webhook.
///
/// A channel gives notifications their form and brings them there, once: repeating is the queue's part, and so is the
/// pause between messages.
#[expect(async_fn_in_trait, reason = "programs have one thread, so no future has to be Send")]
pub trait Channel {
    /// What it is for. No two channels of a program have the same name.
    fn route(&self) -> &Route;

    /// Sends notifications as one message. There is at least one, and the most severe comes first; several are a
    /// storm, or what waited together.
    ///
    /// `thread` is what this channel returned for the first message of the alert that all of `group` follow; without
    /// one, or with one that is gone, the message stands alone. What is returned is kept for every alert of `group`
    /// that is not over, in place of what was kept before; `None` leaves that as it is.
    ///
    /// # Errors
    ///
    /// Why the message did not arrive, or that nobody knows.
    async fn send(
        &self,
        group: &[Notification],
        thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError>;

    /// Shows that a message would be taken, without sending one.
    ///
    /// # Errors
    ///
    /// Why it would not be taken.
    async fn check(&self) -> Result<(), SendError>;
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It certainly did not arrive. What is passing, or waits for a person to change a setting, is tried again by and
    /// by; what is [`Kind::Rejected`] is not.
    #[error("the message was not taken")]
    NotTaken {
        /// What to do about it.
        kind: Kind,
        /// How long the other side asked to be left alone.
        retry_after: Option<Duration>,
        /// Why.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// It was handed over and no answer came. It is not sent again: a channel where a repeat does no harm says
    /// [`SendError::NotTaken`] instead.
    #[error("the message was not confirmed; it may have arrived")]
    Unconfirmed(#[source] Box<dyn StdError + Send + Sync>),
}

impl SendError {
    /// The message certainly did not arrive, because of `error`.
    pub fn not_taken(error: impl Fault + Send + Sync + 'static) -> Self {
        Self::NotTaken { kind: error.kind(), retry_after: error.retry_after(), source: Box::new(error) }
    }

    /// The message may have arrived; because of `error` nobody knows.
    pub fn unconfirmed(error: impl StdError + Send + Sync + 'static) -> Self {
        Self::Unconfirmed(Box::new(error))
    }

    /// Whether the message is certain not to have arrived.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::NotTaken { .. })
    }
}

impl Fault for SendError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotTaken { kind, .. } => *kind,
            // Not passing: nobody may send it again.
            Self::Unconfirmed(_) => Kind::Rejected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotTaken { retry_after, .. } => *retry_after,
            Self::Unconfirmed(_) => None,
        }
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
