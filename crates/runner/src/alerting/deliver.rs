//! Brings notifications to a channel: few messages, a second apart, tried again for a moment.

use std::time::Duration;

use alert_channel::{Channel, SendError, Thread};
use alert_engine::Notification;
use fault::{Fault as _, Kind, Retry};
use tokio::time::Instant;

use super::group::{Group, groups};

/// How long a channel may take: an orchestrator that sent SIGTERM does not wait for long.
const PATIENCE: Duration = Duration::from_secs(6);
/// How much of that may go into attempts that fail and the waits between them.
const RETRY_BUDGET: Duration = Duration::from_secs(5);
/// Slack takes one message a second, <https://docs.slack.dev/apis/web-api/rate-limits>; the others are in no hurry.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of what was said to a channel of one alert.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) channel: String,
    pub(crate) key: String,
    /// Whether it arrived, or may have, or never will: then it must not be sent again.
    pub(crate) is_sent: bool,
    /// Where the first message is.
    pub(crate) thread: Option<Thread>,
}

/// Says everything to a channel, as far as it listens.
pub(crate) async fn deliver<C: Channel>(channel: &C, said: Vec<(Notification, Option<Thread>)>) -> Vec<Told> {
    let name = channel.route().name();
    let (mut told, mut is_listening) = (Vec::new(), true);
    let deadline = Instant::now() + PATIENCE;
    for (index, group) in groups(said).into_iter().enumerate() {
        if is_listening && index > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        is_listening = is_listening && Instant::now() < deadline;
        let (is_sent, thread) = if is_listening {
            let sent = tokio::time::timeout_at(deadline, send(channel, &group)).await;
            let (outcome, thread) = outcome(&name, channel.route().may_repeat, sent.ok());
            is_listening = outcome != Sent::NotNow;
            (outcome == Sent::Done, thread)
        } else {
            (false, None)
        };
        let told_of = |said: Notification| Told {
            channel: name.clone(),
            key: said.key,
            is_sent,
            thread: thread.clone(),
        };
        told.extend(group.notifications.into_iter().map(told_of));
    }
    told
}

#[derive(Debug, PartialEq)]
enum Sent {
    Done,
    NotNow,
}

async fn send<C: Channel>(channel: &C, group: &Group) -> Result<Option<Thread>, SendError> {
    let retry = Retry::with_budget(RETRY_BUDGET);
    retry.run(async || channel.send(&group.notifications, group.thread.as_ref()).await).await
}

/// `None` is no answer in time.
fn outcome(
    channel: &str,
    may_repeat: bool,
    sent: Option<Result<Option<Thread>, SendError>>,
) -> (Sent, Option<Thread>) {
    let error = match sent {
        Some(Ok(thread)) => return (Sent::Done, thread),
        Some(Err(error)) => error,
        None => {
            tracing::error!(channel, "the alert was not confirmed within {} s", PATIENCE.as_secs());
            return (if may_repeat { Sent::NotNow } else { Sent::Done }, None);
        }
    };
    let is_lost = error.kind() == Kind::Rejected;
    let error = fault::chain(&error);
    if is_lost {
        tracing::error!(channel, error, "the alert was not confirmed, and is not sent again");
        return (Sent::Done, None);
    }
    tracing::error!(channel, error, "the alert was not taken; a later run sends it");
    (Sent::NotNow, None)
}
