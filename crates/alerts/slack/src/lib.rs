//! Alerts through Slack: an incoming webhook, or a bot that posts to a channel.
//!
//! - Webhooks: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//! - Bots: <https://docs.slack.dev/reference/methods/chat.postMessage>
//!
//! This crate formats and sends notifications. It does not decide which there are.

mod api;
mod config;
mod error;
mod form;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Notification, NotificationKind};
use http_client::Client;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use api::{Bot, Place, Webhook};
pub use config::{Config, Destination};
pub use error::Error;

/// Codes of Slack for a thread that does not exist.
const THREAD_IS_GONE: [&str; 4] =
    ["thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"];

/// One channel of Slack.
#[derive(Debug, Clone)]
pub struct Slack {
    route: Route,
    access: Access,
}

#[derive(Debug, Clone)]
enum Access {
    Webhook(Webhook),
    Bot { bot: Bot, channel: String },
}

/// The first message of alerts that began together: its place and titles, so that it can be edited when they are over.
#[derive(Debug, Serialize, Deserialize)]
struct FirstMessage {
    channel: String,
    ts: String,
    alerts: usize,
    titles: Vec<String>,
}

/// Makes a channel for each configured destination.
pub fn channels(config: &Config, http: &Client) -> Vec<Slack> {
    let channel = |(route, destination): &(Route, Destination)| {
        let access = match destination {
            Destination::Webhook(url) => Access::Webhook(Webhook::new(url, http)),
            Destination::Bot { url, token, channel } => {
                Access::Bot { bot: Bot::new(url, token, http), channel: channel.clone() }
            }
        };
        Slack { route: route.clone(), access }
    };
    config.destinations.iter().map(channel).collect()
}

/// The three characters Slack gives a meaning, escaped, so that a text is shown as it is.
pub fn escaped(text: &str) -> String {
    form::escaped(text)
}

impl Channel for Slack {
    fn route(&self) -> &Route {
        &self.route
    }

    async fn send(
        &self,
        group: &[Notification],
        thread: Option<&Thread>,
    ) -> Result<Option<Thread>, SendError> {
        let body = form::body(group);
        match (&self.access, thread.and_then(FirstMessage::read)) {
            (Access::Webhook(webhook), _) => {
                with_or_without_blocks(body, async |body| webhook.post(&body).await).await?;
                Ok(None)
            }
            (Access::Bot { bot, channel }, None) => first(bot, channel, group, body).await,
            (Access::Bot { bot, channel }, Some(thread)) => {
                match reply(bot, &thread, group, body.clone()).await {
                    Err(error) if THREAD_IS_GONE.contains(&error.code()) => {
                        first(bot, channel, group, body).await
                    }
                    replied => Ok(replied.map(|()| None)?),
                }
            }
        }
    }

    /// Posts nothing. A webhook has no other call than to post, so only its server is reached; the token of a bot is
    /// tried by `auth.test`.
    async fn check(&self) -> Result<&'static str, SendError> {
        match &self.access {
            Access::Webhook(webhook) => {
                webhook.reach().await?;
                Ok("reachable; the webhook itself is not called, since that would post a message")
            }
            Access::Bot { bot, .. } => {
                bot.test().await?;
                Ok("accepts the token; the channel is not tried, since that would post a message")
            }
        }
    }
}

impl FirstMessage {
    /// Reads a stored thread. One that cannot be read comes from another version or another channel, and counts as none.
    fn read(thread: &Thread) -> Option<Self> {
        serde_json::from_str(&thread.0).ok()
    }

    fn thread(place: Place, group: &[Notification]) -> Option<Thread> {
        let Place { channel, ts } = place;
        let first = Self { channel, ts, alerts: group.len(), titles: form::titles(group) };
        serde_json::to_string(&first).ok().map(Thread)
    }
}

async fn first(
    bot: &Bot,
    channel: &str,
    group: &[Notification],
    body: Value,
) -> Result<Option<Thread>, SendError> {
    let body = form::with(body, &[("channel", channel)]);
    let place = with_or_without_blocks(body, async |body| bot.post(&body).await).await?;
    Ok(FirstMessage::thread(place, group))
}

/// Replies in the thread. Once all alerts of the first message are over, the message shows it.
async fn reply(bot: &Bot, first: &FirstMessage, group: &[Notification], body: Value) -> Result<(), Error> {
    let body = form::with(body, &[("channel", &first.channel), ("thread_ts", &first.ts)]);
    with_or_without_blocks(body, async |body| bot.post(&body).await).await?;
    let is_over = group.iter().all(|notification| notification.kind == NotificationKind::Resolved)
        && group.len() >= first.alerts;
    if is_over {
        let body =
            form::with(form::closed(&first.titles, group), &[("channel", &first.channel), ("ts", &first.ts)]);
        // The reply has arrived; a retry would send it again.
        if let Err(error) = bot.update(&body).await {
            tracing::warn!(
                error = fault::chain(&error),
                "the first message of an alert does not show that it is over"
            );
        }
    }
    Ok(())
}

/// Posts a message, without its blocks where Slack refuses them.
async fn with_or_without_blocks<T>(
    body: Value,
    post: impl AsyncFn(Value) -> Result<T, Error>,
) -> Result<T, Error> {
    let plain = form::plain(&body);
    match post(body).await {
        Err(error)
            if matches!(error.code(), "invalid_blocks" | "invalid_blocks_format" | "msg_blocks_too_long") =>
        {
            post(plain).await
        }
        posted => posted,
    }
}

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
