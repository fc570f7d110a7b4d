//! Sends notifications to a channel: few messages, a second apart, with a few retries.

use std::time::Duration;

use alert_channel::{Channel, SendError, Thread};
use alert_engine::{Notification, SendOutcome};
use fault::{Fault as _, Kind, Retry};
use tokio::time::Instant;

use super::group::{Group, groups};

/// Time limit of a channel: an orchestrator that sent SIGTERM does not wait for long.
const TIME_LIMIT: Duration = Duration::from_secs(6);
/// Share of it for failed attempts and the waits between them.
const RETRY_BUDGET: Duration = Duration::from_secs(5);
/// Slack takes one message a second, <https://docs.slack.dev/apis/web-api/rate-limits>; the others are in no hurry.
const PAUSE: Duration = Duration::from_secs(1);

/// Result of sending one notification to one channel.
#[derive(Debug, PartialEq)]
pub(crate) struct Delivered {
    pub(crate) channel: String,
    /// Key of the alert.
    pub(crate) key: String,
    /// Whether it arrived, or may have, or never will: then it must not be sent again.
    pub(crate) is_sent: bool,
    /// Place of the first message.
    pub(crate) thread: Option<Thread>,
}

impl Delivered {
    /// The outcome, as the alert notes it.
    pub(crate) fn outcome(&self) -> SendOutcome<'_> {
        let thread = self.thread.as_ref().map(|thread| &*thread.0);
        if self.is_sent { SendOutcome::Sent(thread) } else { SendOutcome::NotSent }
    }
}

/// Sends notifications to a channel, until it is unavailable.
pub(crate) async fn deliver<C: Channel>(
    channel: &C,
    notifications: Vec<(Notification, Option<Thread>)>,
) -> Vec<Delivered> {
    let name = channel.route().name();
    let (mut delivered, mut is_available) = (Vec::new(), true);
    let deadline = Instant::now() + TIME_LIMIT;
    for (index, group) in groups(notifications).into_iter().enumerate() {
        if is_available && index > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        is_available = is_available && Instant::now() < deadline;
        let (is_sent, thread) = if is_available {
            let sent = tokio::time::timeout_at(deadline, send(channel, &group)).await;
            let (attempt, thread) = attempt(&name, channel.route().may_repeat, sent.ok());
            is_available = attempt != Attempt::Deferred;
            (attempt == Attempt::Settled, thread)
        } else {
            (false, None)
        };
        let result = |notification: Notification| Delivered {
            channel: name.clone(),
            key: notification.key,
            is_sent,
            thread: thread.clone(),
        };
        delivered.extend(group.notifications.into_iter().map(result));
    }
    delivered
}

/// Result of sending one message.
#[derive(Debug, PartialEq)]
enum Attempt {
    /// It arrived, may have, or never will.
    Settled,
    /// A later run sends it.
    Deferred,
}

async fn send<C: Channel>(channel: &C, group: &Group) -> Result<Option<Thread>, SendError> {
    let retry = Retry::with_budget(RETRY_BUDGET);
    retry.run(async || channel.send(&group.notifications, group.thread.as_ref()).await).await
}

/// Judges an answer; `None` is no answer in time.
fn attempt(
    channel: &str,
    may_repeat: bool,
    sent: Option<Result<Option<Thread>, SendError>>,
) -> (Attempt, Option<Thread>) {
    let error = match sent {
        Some(Ok(thread)) => return (Attempt::Settled, thread),
        Some(Err(error)) => error,
        None => {
            tracing::error!(channel, "the alert was not confirmed within {} s", TIME_LIMIT.as_secs());
            return (if may_repeat { Attempt::Deferred } else { Attempt::Settled }, None);
        }
    };
    let is_lost = error.kind() == Kind::Rejected;
    let error = fault::chain(&error);
    if is_lost {
        tracing::error!(channel, error, "the alert was not confirmed, and is not sent again");
        return (Attempt::Settled, None);
    }
    tracing::error!(channel, error, "the alert was not sent; a later run sends it");
    (Attempt::Deferred, None)
}
