//! The two interfaces of Slack: an incoming webhook, and the Web API for a bot.

use fault::Retry;
use http_client::{Client, RemoteService, Reply};
use secret::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::Error;

/// An incoming webhook, <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.
#[derive(Debug, Clone)]
pub struct Webhook(RemoteService);

/// A bot, <https://docs.slack.dev/reference/methods/chat.postMessage>.
#[derive(Debug, Clone)]
pub struct Bot {
    service: RemoteService,
    token: Secret,
}

/// Place of a message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// Id of the channel.
    pub channel: String,
    /// Timestamp that identifies the message in its channel.
    pub ts: String,
}

impl Webhook {
    /// The webhook at `url`, which is its credential.
    pub fn new(url: &Url, http: &Client) -> Self {
        Self(http.service("slack", url).with_secret_address())
    }

    /// Connects to the server without calling the webhook.
    ///
    /// # Errors
    ///
    /// The server cannot be reached.
    pub async fn reach(&self) -> Result<(), Error> {
        self.0.reach().await.map_err(Error::from_http)
    }

    /// Posts a payload, once.
    ///
    /// # Errors
    ///
    /// It was not posted, or may not have been.
    pub async fn post(&self, payload: &Value) -> Result<(), Error> {
        let request = self.0.post("webhook", "").json_body(payload).retry(Retry::never());
        let reply = request.send().await.map_err(Error::from_http)?;
        // A proxy or a sign-in page answers 200 as well; Slack says `ok` and nothing else.
        if reply.text().trim() == "ok" { Ok(()) } else { Err(Error::from_code(&reply.message(), "")) }
    }
}

impl Bot {
    /// A bot of the Slack at `url`, by its token.
    pub fn new(url: &Url, token: &Secret, http: &Client) -> Self {
        Self { service: http.service("slack", url), token: token.clone() }
    }

    /// Posts a message, once. The payload names the channel.
    ///
    /// # Errors
    ///
    /// It was not posted, or may not have been.
    pub async fn post(&self, payload: &Value) -> Result<Place, Error> {
        self.call("post", "/api/chat.postMessage", payload).await?.json().map_err(Error::from_http)
    }

    /// Tries the token, <https://docs.slack.dev/reference/methods/auth.test>. It needs no scope and posts nothing.
    ///
    /// # Errors
    ///
    /// Slack cannot be reached, or refuses the token.
    pub async fn test(&self) -> Result<(), Error> {
        self.call("test", "/api/auth.test", &json!({})).await.map(drop)
    }

    /// Replaces a message that this bot posted. The payload names it by `channel` and `ts`.
    ///
    /// # Errors
    ///
    /// It was not replaced.
    pub async fn update(&self, payload: &Value) -> Result<(), Error> {
        self.call("update", "/api/chat.update", payload).await.map(drop)
    }

    /// Calls a method. The status of a reply is 200 even for an error.
    async fn call(&self, operation: &'static str, path: &str, payload: &Value) -> Result<Reply, Error> {
        #[derive(Deserialize)]
        struct Answer {
            ok: bool,
            error: Option<String>,
            needed: Option<String>,
            response_metadata: Option<Metadata>,
        }
        #[derive(Deserialize)]
        struct Metadata {
            messages: Option<Vec<String>>,
        }
        let request = self.service.post(operation, path).bearer(&self.token).json_body(payload);
        let reply = request.retry(Retry::never()).send().await.map_err(Error::from_http)?;
        let answer: Answer = reply.json().map_err(Error::from_http)?;
        if answer.ok {
            return Ok(reply);
        }
        let messages = answer.response_metadata.and_then(|metadata| metadata.messages).unwrap_or_default();
        let needed = answer.needed.map(|needed| format!("needed: {needed}"));
        let more = needed.into_iter().chain(messages).collect::<Vec<_>>().join("; ");
        let code = answer.error.unwrap_or_else(|| "no error named".to_owned());
        Err(Error::from_code(&reply.quote(&code), &reply.quote(&more)))
    }
}
