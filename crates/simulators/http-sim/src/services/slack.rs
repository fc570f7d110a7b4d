//! Slack: incoming webhooks, `chat.postMessage` with threads, `chat.update`, and the limit of one message a second.
//!
//! Sources: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/reference/methods/chat.postMessage>,
//! <https://docs.slack.dev/reference/methods/chat.update> and <https://docs.slack.dev/apis/web-api/rate-limits>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Reply, Request, Service};

/// A Slack workspace with its messages. Clones share them.
///
/// It serves them at `/simulator/messages`, which the real one does not have.
#[derive(Debug, Clone)]
pub struct SlackSim {
    token: String,
    channels: Vec<String>,
    is_strict: bool,
    messages: Arc<Mutex<Vec<Value>>>,
    posted: Arc<Mutex<HashMap<String, Instant>>>,
}

/// Limits of Block Kit: blocks in a message, characters in a header, characters in a section.
const MOST_BLOCKS: usize = 50;
const LONGEST_HEADER: usize = 150;
const LONGEST_SECTION: usize = 3000;
/// Shortest time between two messages in a channel: a second, with a tolerance for delays on the way.
const PAUSE: Duration = Duration::from_millis(900);

/// Id of every channel; senders do not use it.
const CHANNEL_ID: &str = "C00000000";

impl SlackSim {
    /// Path of the only incoming webhook.
    pub const WEBHOOK: &str = "/services/T00000000/B00000000/simulated";

    /// Creates a workspace with the channel `#alerts` and the token of its bot.
    pub fn new(token: &str) -> Self {
        Self {
            token: token.to_owned(),
            channels: vec!["#alerts".into()],
            is_strict: false,
            messages: Arc::default(),
            posted: Arc::default(),
        }
    }

    /// Adds a channel.
    #[must_use]
    pub fn channel(mut self, name: &str) -> Self {
        self.channels.push(name.to_owned());
        self
    }

    /// Enables the rate limit of one message per second and channel, with 429 beyond it.
    #[must_use]
    pub fn strict(self) -> Self {
        Self { is_strict: true, ..self }
    }

    /// Payloads of all accepted messages, oldest first. An edited one has the member `edited` and its current text.
    pub fn messages(&self) -> Vec<Value> {
        self.kept().clone()
    }

    /// Handles a webhook, which answers in plain text.
    fn webhook(&self, request: &Request) -> Reply {
        if request.path != Self::WEBHOOK {
            return Reply::text(404, "no_service");
        }
        let Some(payload) = request.json().filter(Value::is_object) else {
            return Reply::text(400, "invalid_payload");
        };
        if !says_something(&payload) {
            return Reply::text(400, "no_text");
        }
        if fault_in_blocks(&payload).is_some() {
            return Reply::text(400, "invalid_blocks");
        }
        self.kept().push(payload);
        Reply::text(200, "ok")
    }

    /// Handles the Web API, which answers 200 except for rate limits, with the result in the body.
    fn api(&self, request: &Request, method: &str) -> Reply {
        if self.is_strict && method == "chat.postMessage" && self.is_too_soon(request) {
            let body = json!({"ok": false, "error": "ratelimited"});
            return Reply::json(429, &body).header("retry-after", "1");
        }
        let (Ok(body) | Err(body)) = match (request.header("authorization"), method) {
            (None, _) => Err(json!({"ok": false, "error": "not_authed"})),
            (Some(given), _) if given.strip_prefix("Bearer ") != Some(&self.token) => {
                Err(json!({"ok": false, "error": "invalid_auth"}))
            }
            (_, "auth.test") => Ok(json!({"ok": true, "team": "Simulated", "user": "bot"})),
            (_, "chat.postMessage") => self.post_message(request),
            (_, "chat.update") => self.update(request),
            _ => Err(json!({"ok": false, "error": "unknown_method"})),
        };
        Reply::json(200, &body)
    }

    fn post_message(&self, request: &Request) -> Result<Value, Value> {
        let Some(payload) = request.json().filter(Value::is_object) else {
            return Err(json!({"ok": false, "error": "invalid_json"}));
        };
        let channel = text_of(&payload, "channel");
        let name = channel.trim_start_matches('#');
        if name != CHANNEL_ID && !self.channels.iter().any(|known| known.trim_start_matches('#') == name) {
            return Err(json!({"ok": false, "error": "channel_not_found"}));
        }
        if !says_something(&payload) {
            return Err(json!({"ok": false, "error": "no_text"}));
        }
        refuse_blocks(&payload)?;
        let mut kept = self.kept();
        let thread = text_of(&payload, "thread_ts");
        if !thread.is_empty() && index_of(thread).is_none_or(|index| index >= kept.len()) {
            return Err(json!({"ok": false, "error": "thread_not_found"}));
        }
        kept.push(payload.clone());
        let ts = format!("1700000000.{:06}", kept.len());
        let message =
            json!({"type": "message", "subtype": "bot_message", "text": text_of(&payload, "text"), "ts": ts});
        Ok(json!({"ok": true, "channel": CHANNEL_ID, "ts": ts, "message": message}))
    }

    fn update(&self, request: &Request) -> Result<Value, Value> {
        let payload = request.json().unwrap_or_default();
        if text_of(&payload, "channel") != CHANNEL_ID {
            return Err(json!({"ok": false, "error": "channel_not_found"}));
        }
        refuse_blocks(&payload)?;
        let mut kept = self.kept();
        let ts = text_of(&payload, "ts");
        let message = index_of(ts).and_then(|index| kept.get_mut(index)).and_then(Value::as_object_mut);
        let Some(message) = message else {
            return Err(json!({"ok": false, "error": "message_not_found"}));
        };
        for member in ["text", "blocks"] {
            message.remove(member);
            message.extend(payload.get(member).map(|value| (member.to_owned(), value.clone())));
        }
        message.insert("edited".into(), true.into());
        Ok(json!({"ok": true, "channel": CHANNEL_ID, "ts": ts, "text": text_of(&payload, "text")}))
    }

    /// Whether the last message in the channel is too recent. If not, the current time is recorded.
    fn is_too_soon(&self, request: &Request) -> bool {
        let payload = request.json().unwrap_or_default();
        let channel = text_of(&payload, "channel").trim_start_matches('#').to_owned();
        let mut posted = self.posted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_too_soon = posted.get(&channel).is_some_and(|last| last.elapsed() < PAUSE);
        if !is_too_soon {
            posted.insert(channel, Instant::now());
        }
        is_too_soon
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Value>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for SlackSim {
    fn reply(&self, request: &Request) -> Reply {
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/simulator/messages") => Reply::json(200, &json!(self.messages())),
            ("POST", path) if path.starts_with("/services/") => self.webhook(request),
            ("POST", path) => match path.strip_prefix("/api/") {
                Some(method) => self.api(request, method),
                None => Reply::text(404, "no_service"),
            },
            _ => Reply::text(404, "no_service"),
        }
    }
}

fn says_something(payload: &Value) -> bool {
    let list = |name| payload.get(name).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    !text_of(payload, "text").is_empty() || list("blocks") || list("attachments")
}

fn text_of<'a>(payload: &'a Value, member: &str) -> &'a str {
    payload.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Index of the message with this time stamp.
fn index_of(ts: &str) -> Option<usize> {
    ts.strip_prefix("1700000000.")?.parse::<usize>().ok()?.checked_sub(1)
}

fn refuse_blocks(payload: &Value) -> Result<(), Value> {
    let Some(fault) = fault_in_blocks(payload) else { return Ok(()) };
    let messages = [format!("[ERROR] {fault}")];
    Err(json!({"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": messages}}))
}

/// Violation of the limits of Block Kit, if any.
fn fault_in_blocks(payload: &Value) -> Option<String> {
    let blocks = payload.get("blocks")?.as_array()?;
    if blocks.len() > MOST_BLOCKS {
        return Some(format!("no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]"));
    }
    blocks.iter().enumerate().find_map(|(index, block)| {
        let limit = match text_of(block, "type") {
            "header" => LONGEST_HEADER,
            "section" => LONGEST_SECTION,
            _ => return None,
        };
        let length = block.pointer("/text/text")?.as_str()?.chars().count();
        let fault =
            format!("must be less than {} characters [json-pointer:/blocks/{index}/text/text]", limit + 1);
        (length > limit).then_some(fault)
    })
}
