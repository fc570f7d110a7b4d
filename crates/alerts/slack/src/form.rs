//! The form of a message: Block Kit, and plain text for notifications and old clients.

use alert_engine::{Message, Tone};
use serde_json::{Value, json};

/// Slack takes 3000 characters of text in a block; an error is told in fewer.
const LONGEST_DETAIL: usize = 1200;

pub(crate) fn body(message: &Message, channel: Option<&str>) -> Value {
    let mark = match message.tone {
        Tone::Critical => ":red_circle:",
        Tone::Resolved => ":large_green_circle:",
    };
    let detail = shortened(&message.detail);
    let mut blocks = vec![section(&format!("{mark} *{}*", escaped(&message.title)))];
    if !detail.is_empty() {
        blocks.push(section(&format!("```{}```", escaped(&detail).replace("```", "'''"))));
    }
    let context = json!({ "type": "mrkdwn", "text": escaped(&message.context) });
    blocks.push(json!({ "type": "context", "elements": [context] }));
    let separator = if detail.is_empty() { "" } else { ": " };
    let text = escaped(&format!("{}{separator}{detail} ({})", message.title, message.context));
    addressed(json!({ "text": text, "blocks": blocks }), channel)
}

/// A message that Slack refuses once it knows who sends it.
pub(crate) fn nothing(channel: Option<&str>) -> Value {
    addressed(json!({ "text": "" }), channel)
}

/// Whether a refusal says no more than that there was nothing to post.
pub(crate) fn refuses_nothing(code: &str) -> bool {
    matches!(code, "no_text" | "invalid_payload" | "missing_text_or_fallback_or_attachments")
}

fn addressed(mut body: Value, channel: Option<&str>) -> Value {
    if let (Some(channel), Some(members)) = (channel, body.as_object_mut()) {
        members.insert("channel".to_owned(), channel.into());
    }
    body
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

/// The three characters Slack gives a meaning, <https://docs.slack.dev/messaging/formatting-message-text>.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_DETAIL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
