//! Alerts through Slack: an incoming webhook, or a bot that posts to a channel.
//!
//! - Webhooks: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
//! - Bots: <https://docs.slack.dev/reference/methods/chat.postMessage>
//!
//! This crate does not decide what is said or whether; it gives a message its form and brings it there.

mod error;
mod form;

use std::time::Duration;

use alert_engine::Message;
use fault::Retry;
use http_client::{Client, Reply, Request, Service};
use secret::{ExposeSecret, Secret};
use serde::Deserialize;
use settings::{Setting, Settings, Source, Variable};
use url::Url;

pub use error::Error;

/// Waiting for Slack must not hold a program up for longer than its work takes.
const RETRY_BUDGET: Duration = Duration::from_secs(5);

/// How messages get to Slack. A program without alerts leaves it out: `Option<Config>`.
#[derive(Debug, Clone)]
pub enum Config {
    /// To the channel an incoming webhook belongs to. Its address is its credential.
    Webhook(Url),
    /// To a channel, as a bot.
    Bot {
        /// Base URL of the web API.
        url: Url,
        /// The bot's token.
        token: Secret,
        /// The channel's id or name.
        channel: String,
    },
}

#[derive(Settings)]
struct Written {
    /// Slack incoming webhook for alerts.
    #[setting(name = "SLACK_WEBHOOK_URL", also = "ALERT_WEBHOOK")]
    webhook: Option<Secret>,
    /// Slack bot token for alerts, in place of a webhook; it needs the scope `chat:write`.
    #[setting(name = "SLACK_TOKEN")]
    token: Option<Secret>,
    /// Channel the bot posts alerts to, as an id or a name.
    #[setting(name = "SLACK_CHANNEL")]
    channel: Option<String>,
    /// Base URL of the Slack web API.
    #[setting(name = "SLACK_URL", default = "https://slack.com")]
    url: Url,
}

impl Settings for Config {
    fn variables() -> Vec<Variable> {
        Written::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let written = Written::read(source)?;
        let (name, problem) = match (written.webhook, written.token, written.channel) {
            (Some(webhook), None, _) => match <Url as Setting>::parse(webhook.expose_secret()) {
                Ok(url) => return Some(Self::Webhook(url)),
                Err(problem) => ("SLACK_WEBHOOK_URL", problem),
            },
            (None, Some(token), Some(channel)) => {
                return Some(Self::Bot { url: written.url, token, channel });
            }
            (None, Some(_), None) => ("SLACK_CHANNEL", "is required where SLACK_TOKEN is set".to_owned()),
            (None, None, _) => {
                ("SLACK_WEBHOOK_URL", "is required, or SLACK_TOKEN with SLACK_CHANNEL".to_owned())
            }
            (Some(_), Some(_), _) => {
                ("SLACK_TOKEN", "stands in place of SLACK_WEBHOOK_URL; set one or the other".to_owned())
            }
        };
        source.mistake(name, &problem);
        None
    }

    fn is_there(source: &Source) -> bool {
        let credentials = ["SLACK_WEBHOOK_URL", "SLACK_TOKEN"];
        Written::variables()
            .iter()
            .any(|variable| credentials.contains(&variable.name) && source.is_set(variable))
    }
}

/// A way to Slack.
#[derive(Debug, Clone)]
pub struct Slack {
    service: Service,
    bot: Option<(Secret, String)>,
}

impl Slack {
    /// A way that follows the policy of `http`, but for retries: see [`Slack::send`].
    pub fn new(config: &Config, http: &Client) -> Self {
        match config {
            Config::Webhook(url) => {
                Self { service: http.service("slack", url).with_secret_address(), bot: None }
            }
            Config::Bot { url, token, channel } => {
                Self { service: http.service("slack", url), bot: Some((token.clone(), channel.clone())) }
            }
        }
    }

    /// Sends a message, once: it is tried again only where Slack said that it did not take it, for a few seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] where the message may have arrived: Slack offers no way to ask, and to send it again would
    /// be worse than to leave it.
    pub async fn send(&self, message: &Message) -> Result<(), Error> {
        let retry = Retry::with_budget(RETRY_BUDGET);
        retry.run(async || self.post("message", &form::body(message, self.channel())).await).await
    }

    /// Shows that a message would be taken, without sending one: Slack is asked to post nothing, and refuses that only
    /// after it knows the sender.
    ///
    /// # Errors
    ///
    /// Why it would not be taken.
    pub async fn check(&self) -> Result<(), Error> {
        match self.post("check", &form::nothing(self.channel())).await {
            Err(Error::Refused { code }) if form::refuses_nothing(&code) => Ok(()),
            other => other,
        }
    }

    fn channel(&self) -> Option<&str> {
        self.bot.as_ref().map(|(_, channel)| channel.as_str())
    }

    async fn post(&self, operation: &'static str, body: &serde_json::Value) -> Result<(), Error> {
        let reply = self.request(operation).json_body(body).retry(Retry::never()).send().await;
        match (reply, &self.bot) {
            (Err(error), _) => Err(Error::from_http(error)),
            (Ok(reply), None) => taken(&reply),
            (Ok(reply), Some(_)) => posted(&reply),
        }
    }

    fn request(&self, operation: &'static str) -> Request {
        match &self.bot {
            None => self.service.post(operation, ""),
            Some((token, _)) => self.service.post(operation, "/api/chat.postMessage").bearer(token),
        }
    }
}

/// The reply of a webhook: `ok`, or it was somebody else who answered.
fn taken(reply: &Reply) -> Result<(), Error> {
    match reply.text().trim() {
        "ok" => Ok(()),
        _ => Err(Error::Refused { code: "the reply is not that of a webhook".to_owned() }),
    }
}

/// The reply to `chat.postMessage`: its status is 200 whatever happened.
fn posted(reply: &Reply) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Posted {
        ok: bool,
        error: Option<String>,
    }
    let posted: Posted = reply.json().map_err(Error::from_http)?;
    if posted.ok { Ok(()) } else { Err(Error::Refused { code: posted.error.unwrap_or_default() }) }
}
