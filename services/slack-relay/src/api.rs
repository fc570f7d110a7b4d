//! HTTP API of the relay.

use std::rc::Rc;
use std::time::{Duration, Instant};

use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::registry::Registry;
use http_server::{Request, Response, Router, StatusCode, get, post};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::config::Config;
use crate::queue::{Error, Message, Queue};
use crate::rate_limit::TokenBucket;
use crate::sender::SenderHandle;
use crate::transform::{AlertGroup, VERSION};

/// Size limit of a group of alerts, in bytes.
const GROUP_LIMIT: usize = 1024 * 1024;
/// Longest text that Slack does not truncate, in characters.
const LONGEST_TEXT: usize = 40_000;
/// Length limit of a channel name.
const LONGEST_CHANNEL: usize = 80;
/// `Retry-After` of a full queue, in seconds.
const RETRY_AFTER_SECONDS: &str = "60";

/// Handlers of the API.
#[derive(Debug)]
pub struct Api {
    queue: Rc<Queue>,
    handle: SenderHandle,
    bucket: TokenBucket,
    channel: Option<String>,
    queue_limit: u64,
    duplicate: Duration,
}

/// Body of `/send_message`.
#[derive(Debug, Deserialize)]
struct SendMessage {
    text: String,
    slack_channel: String,
}

impl Api {
    /// Creates the handlers for a queue and its sender.
    pub fn new(config: &Config, queue: Rc<Queue>, handle: SenderHandle) -> Self {
        Self {
            queue,
            handle,
            bucket: TokenBucket::new(config.requests_per_minute, Instant::now()),
            channel: config.channel.clone(),
            queue_limit: config.queue_limit,
            duplicate: config.duplicate,
        }
    }

    fn send_message(&self, request: &Request) -> Result<Response, Response> {
        self.admit()?;
        let SendMessage { text, slack_channel } = request.form_or_json()?;
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            return Err(bad(&format!("the text must have 1 to {LONGEST_TEXT} characters")));
        }
        let channel = channel(&slack_channel)?;
        let payload = json!({ "channel": channel, "text": text });
        let message = Message { channel: channel.to_owned(), payload };
        self.queue.push(&message, Timestamp::now()).map_err(|error| unavailable(&error))?;
        self.handle.arrived.notify_one();
        Ok(Response::json(&json!({ "ok": true })))
    }

    fn alertmanager(&self, request: &Request) -> Result<Response, Response> {
        self.admit()?;
        let group: AlertGroup = request.json()?;
        if group.version != VERSION {
            return Err(bad("expected version 4 of Alertmanager's webhook"));
        }
        let asked = request.query("channel").or(self.channel.as_deref());
        let channel =
            channel(asked.ok_or_else(|| bad("set SLACK_CHANNEL, or add ?channel= to the address"))?)?;
        let now = Timestamp::now();
        let keys = group.keys(now, self.duplicate);
        let pushed = self.queue.push_new(&keys, now, |new| group.message(channel, new));
        let new = pushed.map_err(|error| unavailable(&error))?;
        self.handle.arrived.notify_one();
        Ok(Response::json(&json!({ "ok": true, "new": new })))
    }

    /// Checks rate limit and queue limit.
    fn admit(&self) -> Result<(), Response> {
        self.bucket.take(Instant::now()).map_err(Response::too_many)?;
        let waiting = self.queue.count().map_err(|error| unavailable(&error))?;
        if waiting < self.queue_limit {
            return Ok(());
        }
        let refusal = Response::error(StatusCode::SERVICE_UNAVAILABLE, "the queue is full");
        Err(refusal.with_header("retry-after", RETRY_AFTER_SECONDS))
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("slack_relay");
        let waiting = Gauge::<i64>::default();
        let count = self.queue.count().ok().and_then(|count| i64::try_from(count).ok());
        waiting.set(count.unwrap_or(-1));
        registry.register("waiting", "Queued messages; -1 if the queue cannot be read", waiting);
        registry.register("sent", "Messages accepted by Slack", self.handle.sent.clone());
        registry.register("dropped", "Dropped messages", self.handle.dropped.clone());
        registry
    }
}

/// Creates all routes.
pub fn router(api: Api) -> Router {
    let api = Rc::new(api);
    let of = || Rc::clone(&api);
    let (health, metrics, message, alerts) = (of(), of(), of(), of());
    Router::new()
        .health(async move || health.queue.count().map(drop).map_err(|error| fault::chain(&error)))
        .metrics(async move || metrics.registry())
        .route(get("/ping", async |_| Response::text("pong")).public())
        .route(
            post("/send_message", async move |request: Request| message.send_message(&request))
                .body_limit(256 * 1024),
        )
        .route(
            post("/alertmanager", async move |request: Request| alerts.alertmanager(&request))
                .body_limit(GROUP_LIMIT),
        )
}

fn channel(text: &str) -> Result<&str, Response> {
    let text = text.trim();
    let is_name = !text.is_empty()
        && text.chars().count() <= LONGEST_CHANNEL
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if is_name { Ok(text) } else { Err(bad("the channel must be an id or a name, such as #alerts")) }
}

fn bad(message: &str) -> Response {
    Response::error(StatusCode::BAD_REQUEST, message)
}

/// Response for a message that cannot be stored.
fn unavailable(error: &Error) -> Response {
    tracing::error!(error = fault::chain(error), "cannot store a message");
    let refusal = Response::error(StatusCode::SERVICE_UNAVAILABLE, "the queue cannot store the message now");
    refusal.with_header("retry-after", RETRY_AFTER_SECONDS)
}
