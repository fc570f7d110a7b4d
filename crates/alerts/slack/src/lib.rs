//! Alerts through Slack: an incoming webhook, or a bot that posts to a channel.
//!
//! - Webhooks: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//! - Bots: <https://docs.slack.dev/reference/methods/chat.postMessage>
//!
//! This crate does not decide what is said or whether; it gives notifications their form and brings them there.

mod api;
mod config;
mod error;
mod form;

use alert_channel::{Channel, Route, SendError, Thread};
use alert_engine::{Event, Notification};
use http_client::Client;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use api::{Bot, Place, Webhook};
pub use config::{Config, Destination};
pub use error::Error;

/// What Slack says of a thread that is gone, or was never there.
const THREAD_IS_GONE: [&str; 4] =
    ["thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"];

/// A way to one channel of Slack.
#[derive(Debug, Clone)]
pub struct Slack {
    route: Route,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Webhook(Webhook),
    Bot { bot: Bot, channel: String },
}

/// The first message of what began together: where it is, and what it said, so that it can be shown to be over.
#[derive(Debug, Serialize, Deserialize)]
struct First {
    channel: String,
    ts: String,
    alerts: usize,
    titles: Vec<String>,
}

/// One channel for each place that is configured.
pub fn channels(config: &Config, http: &Client) -> Vec<Slack> {
    let channel = |(route, destination): &(Route, Destination)| {
        let way = match destination {
            Destination::Webhook(url) => Way::Webhook(Webhook::new(url, http)),
            Destination::Bot { url, token, channel } => {
                Way::Bot { bot: Bot::new(url, token, http), channel: channel.clone() }
            }
        };
        Slack { route: route.clone(), way }
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
        match (&self.way, thread.and_then(First::read)) {
            (Way::Webhook(webhook), _) => {
                with_or_without_blocks(body, async |body| webhook.post(&body).await).await?;
                Ok(None)
            }
            (Way::Bot { bot, channel }, None) => first(bot, channel, group, body).await,
            (Way::Bot { bot, channel }, Some(thread)) => {
                match reply(bot, &thread, group, body.clone()).await {
                    Err(error) if THREAD_IS_GONE.contains(&error.code()) => {
                        first(bot, channel, group, body).await
                    }
                    replied => Ok(replied.map(|()| None)?),
                }
            }
        }
    }

    /// Slack is asked to post nothing, and refuses that only after it knows the sender.
    async fn check(&self) -> Result<(), SendError> {
        let nothing = form::nothing();
        let posted = match &self.way {
            Way::Webhook(webhook) => webhook.post(&nothing).await,
            Way::Bot { bot, channel } => {
                bot.post(&form::with(nothing, &[("channel", channel)])).await.map(drop)
            }
        };
        match posted {
            Err(error) if form::refuses_nothing(error.code()) => Ok(()),
            posted => Ok(posted?),
        }
    }
}

impl First {
    /// A thread that cannot be read was kept by another version, or belongs to another channel: it is as good as none.
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
    Ok(First::thread(place, group))
}

/// Answers in the thread. Once all that the first message told is over, the message shows it.
async fn reply(bot: &Bot, first: &First, group: &[Notification], body: Value) -> Result<(), Error> {
    let body = form::with(body, &[("channel", &first.channel), ("thread_ts", &first.ts)]);
    with_or_without_blocks(body, async |body| bot.post(&body).await).await?;
    let is_over = group.iter().all(|said| said.event == Event::Resolved) && group.len() >= first.alerts;
    if is_over {
        let body =
            form::with(form::closed(&first.titles, group), &[("channel", &first.channel), ("ts", &first.ts)]);
        // People have been told already; to tell them again because of this would be worse than to leave it.
        if let Err(error) = bot.update(&body).await {
            tracing::warn!(
                error = fault::chain(&error),
                "the first message of an alert does not show that it is over"
            );
        }
    }
    Ok(())
}

/// Slack refuses a message for a block it does not like. People should hear of it all the same.
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
