//! Slack: incoming webhooks and `chat.postMessage`.
//!
//! Sources: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks> and
//! <https://docs.slack.dev/reference/methods/chat.postMessage>.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::{Reply, Request, Service};

/// A Slack that keeps the messages it was sent. Clones share them.
///
/// It shows them at `/simulator/messages`, which the real one does not have.
#[derive(Debug, Clone)]
pub struct Slack {
    token: String,
    channels: Vec<String>,
    messages: Arc<Mutex<Vec<Value>>>,
}

/// The limits of Block Kit: blocks in a message, characters in a header, characters in a section.
const MOST_BLOCKS: usize = 50;
const LONGEST_HEADER: usize = 150;
const LONGEST_SECTION: usize = 3000;

impl Slack {
    /// The path of the one incoming webhook that exists.
    pub const WEBHOOK: &str = "/services/T00000000/B00000000/simulated";

    /// A workspace with one channel, `#alerts`, and its bot's token.
    pub fn new(token: &str) -> Self {
        Self { token: token.to_owned(), channels: vec!["#alerts".into()], messages: Arc::default() }
    }

    /// The workspace with another channel.
    #[must_use]
    pub fn channel(mut self, name: &str) -> Self {
        self.channels.push(name.to_owned());
        self
    }

    /// The payloads of all messages that were accepted, oldest first.
    pub fn messages(&self) -> Vec<Value> {
        self.kept().clone()
    }

    /// A webhook answers in plain text.
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

    /// The Web API answers 200 to all but too many requests, and says in the body whether it worked.
    fn api(&self, request: &Request, method: &str) -> Reply {
        let (Ok(body) | Err(body)) = match (request.header("authorization"), method) {
            (None, _) => Err(json!({"ok": false, "error": "not_authed"})),
            (Some(given), _) if given.strip_prefix("Bearer ") != Some(&self.token) => {
                Err(json!({"ok": false, "error": "invalid_auth"}))
            }
            (_, "auth.test") => Ok(json!({"ok": true, "team": "Simulated", "user": "bot"})),
            (_, "chat.postMessage") => self.post_message(request),
            _ => Err(json!({"ok": false, "error": "unknown_method"})),
        };
        Reply::json(200, &body)
    }

    fn post_message(&self, request: &Request) -> Result<Value, Value> {
        let Some(payload) = request.json().filter(Value::is_object) else {
            return Err(json!({"ok": false, "error": "invalid_json"}));
        };
        let channel = text_of(&payload, "channel");
        if !self.channels.iter().any(|known| known.trim_start_matches('#') == channel.trim_start_matches('#'))
        {
            return Err(json!({"ok": false, "error": "channel_not_found"}));
        }
        if !says_something(&payload) {
            return Err(json!({"ok": false, "error": "no_text"}));
        }
        if let Some(fault) = fault_in_blocks(&payload) {
            let messages = [format!("[ERROR] {fault}")];
            return Err(
                json!({"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": messages}}),
            );
        }
        let mut kept = self.kept();
        kept.push(payload.clone());
        let ts = format!("1700000000.{:06}", kept.len());
        let message =
            json!({"type": "message", "subtype": "bot_message", "text": text_of(&payload, "text"), "ts": ts});
        Ok(json!({"ok": true, "channel": "C00000000", "ts": ts, "message": message}))
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Value>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service for Slack {
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

/// What Block Kit would object to.
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
