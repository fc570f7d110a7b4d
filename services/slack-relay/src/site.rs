//! Which address takes what.

use std::rc::Rc;
use std::time::{Duration, Instant};

use http_server::prometheus::metrics::gauge::Gauge;
use http_server::prometheus::registry::Registry;
use http_server::{Request, Response, Router, StatusCode, get, post};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::config::Config;
use crate::courier::Signs;
use crate::queue::{Error, Message, Queue};
use crate::rate::Bucket;
use crate::transform::{Group, VERSION};

/// A group of alerts has many texts, in bytes.
const GROUP_LIMIT: usize = 1024 * 1024;
/// Slack cuts longer texts off, in characters.
const LONGEST_TEXT: usize = 40_000;
/// Longer than any name of a channel.
const LONGEST_CHANNEL: usize = 80;
/// When somebody who met a full queue may come back, in seconds.
const BACK_LATER: &str = "60";

/// Takes messages in.
#[derive(Debug)]
pub struct Desk {
    queue: Rc<Queue>,
    signs: Signs,
    bucket: Bucket,
    channel: Option<String>,
    queue_limit: u64,
    duplicate: Duration,
}

/// What is posted to `/send_message`.
#[derive(Debug, Deserialize)]
struct Posted {
    text: String,
    slack_channel: String,
}

impl Desk {
    /// Takes messages for `queue`, and tells the courier.
    pub fn new(config: &Config, queue: Rc<Queue>, signs: Signs) -> Self {
        Self {
            queue,
            signs,
            bucket: Bucket::new(config.requests_per_minute, Instant::now()),
            channel: config.channel.clone(),
            queue_limit: config.queue_limit,
            duplicate: config.duplicate,
        }
    }

    fn send_message(&self, request: &Request) -> Result<Response, Response> {
        self.admit()?;
        let Posted { text, slack_channel } = request.form_or_json()?;
        if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
            return Err(bad(&format!("the text must have 1 to {LONGEST_TEXT} characters")));
        }
        let channel = channel(&slack_channel)?;
        let payload = json!({ "channel": channel, "text": text });
        let message = Message { channel: channel.to_owned(), payload };
        self.queue.push(&message, Timestamp::now()).map_err(|error| broken(&error))?;
        self.signs.arrived.notify_one();
        Ok(Response::json(&json!({ "ok": true })))
    }

    fn alertmanager(&self, request: &Request) -> Result<Response, Response> {
        self.admit()?;
        let group: Group = request.json()?;
        if group.version != VERSION {
            return Err(bad("this is not version 4 of Alertmanager's webhook"));
        }
        let asked = request.query("channel").or(self.channel.as_deref());
        let channel =
            channel(asked.ok_or_else(|| bad("set SLACK_CHANNEL, or add ?channel= to the address"))?)?;
        let now = Timestamp::now();
        let keys = group.keys(now, self.duplicate);
        let pushed = self.queue.push_new(&keys, now, |new| group.message(channel, new));
        let new = pushed.map_err(|error| broken(&error))?;
        self.signs.arrived.notify_one();
        Ok(Response::json(&json!({ "ok": true, "new": new })))
    }

    /// Whether one more request may be taken.
    fn admit(&self) -> Result<(), Response> {
        self.bucket.take(Instant::now()).map_err(Response::too_many)?;
        let waiting = self.queue.count().map_err(|error| broken(&error))?;
        if waiting < self.queue_limit {
            return Ok(());
        }
        let refusal = Response::error(StatusCode::SERVICE_UNAVAILABLE, "too many messages wait for Slack");
        Err(refusal.with_header("retry-after", BACK_LATER))
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix("slack_relay");
        let waiting = Gauge::<i64>::default();
        let count = self.queue.count().ok().and_then(|count| i64::try_from(count).ok());
        waiting.set(count.unwrap_or(-1));
        registry.register(
            "waiting",
            "Messages that wait for Slack; -1 where the queue cannot be read",
            waiting,
        );
        registry.register("sent", "Messages that Slack took", self.signs.sent.clone());
        registry.register("dropped", "Messages that were given up", self.signs.dropped.clone());
        registry
    }
}

/// All routes.
pub fn router(desk: Desk) -> Router {
    let desk = Rc::new(desk);
    let of = || Rc::clone(&desk);
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

/// What cannot be made durable is not taken.
fn broken(error: &Error) -> Response {
    tracing::error!(error = fault::chain(error), "a message could not be taken");
    let refusal = Response::error(StatusCode::SERVICE_UNAVAILABLE, "the queue cannot take the message now");
    refusal.with_header("retry-after", BACK_LATER)
}
