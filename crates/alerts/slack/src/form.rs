//! The format of a message: Block Kit, and plain text for push notifications and old clients.

use alert_engine::{Notification, NotificationKind, Severity};
use serde_json::{Value, json};

/// Longest detail, in characters; Slack takes 3000 in a block.
const LONGEST_DETAIL: usize = 1200;
/// Longest title, in characters; the rest is in the log.
const LONGEST_TITLE: usize = 250;
/// Most titles in a list; nobody reads more on a phone.
const MOST_LISTED: usize = 10;

/// A message about one notification, or several.
pub(crate) fn body(group: &[Notification]) -> Value {
    match group {
        [one] => single(one),
        several => storm(several),
    }
}

/// The first message once its alerts are over: its titles struck through, and the end.
pub(crate) fn closed(titles: &[String], over: &[Notification]) -> Value {
    let mut lines: Vec<_> = titles.iter().map(|title| format!("~{}~", line(title))).collect();
    let title = over.first().map(|over| line(&over.title)).unwrap_or_default();
    lines.push(if over.len() > 1 { format!("{} alerts are over", over.len()) } else { title.clone() });
    let context = over.first().map(|over| escaped(&over.context)).unwrap_or_default();
    let blocks = [section(&format!("{OVER} {}", lines.join("\n"))), small(&context)];
    json!({ "text": format!("Over: {title} ({context})"), "blocks": blocks })
}

/// The titles of a group that are listed.
pub(crate) fn titles(group: &[Notification]) -> Vec<String> {
    let titles =
        group.iter().take(MOST_LISTED).map(|notification| shortened(&notification.title, LONGEST_TITLE));
    titles.collect()
}

/// The message without its blocks.
pub(crate) fn plain(body: &Value) -> Value {
    let mut plain = body.clone();
    if let Some(members) = plain.as_object_mut() {
        members.remove("blocks");
    }
    plain
}

/// The message with further members, such as the channel it goes to.
pub(crate) fn with(mut body: Value, members: &[(&str, &str)]) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.extend(members.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    }
    body
}

const OVER: &str = ":large_green_circle:";

fn single(notification: &Notification) -> Value {
    let detail = shortened(&notification.detail, LONGEST_DETAIL);
    let title = line(&notification.title);
    let mut blocks = vec![section(&format!("{} *{title}*", mark(notification)))];
    if !detail.is_empty() {
        blocks.push(section(&format!("```{}```", escaped(&detail).replace("```", "'''"))));
    }
    blocks.push(small(&[escaped(&notification.context), link(notification)].concat()));
    let separator = if detail.is_empty() { "" } else { ": " };
    let text = format!("{title}{separator}{} ({})", escaped(&detail), escaped(&notification.context));
    json!({ "text": text, "blocks": blocks })
}

fn storm(group: &[Notification]) -> Value {
    let is_over = group.iter().all(|notification| notification.kind == NotificationKind::Resolved);
    let headline = format!("{} alerts{}", group.len(), if is_over { " are over" } else { "" });
    let listed = group
        .iter()
        .take(MOST_LISTED)
        .map(|notification| format!("{} {}", mark(notification), line(&notification.title)));
    let mut lines: Vec<_> = listed.collect();
    if let Some(more) = group.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.push(format!("… and {more} more"));
    }
    let mut blocks = vec![section(&format!("*{headline}*"))];
    // Ten titles of their longest would not fit into one block.
    blocks.extend(lines.chunks(5).map(|lines| section(&lines.join("\n"))));
    let context = group.first().map(|first| [escaped(&first.context), link(first)].concat());
    blocks.push(small(&context.unwrap_or_default()));
    let titles: Vec<_> = titles(group).iter().map(|title| line(title)).collect();
    json!({ "text": format!("{headline}: {}", titles.join("; ")), "blocks": blocks })
}

fn mark(notification: &Notification) -> &'static str {
    match (notification.kind, notification.severity) {
        (NotificationKind::Resolved, _) => OVER,
        (_, Severity::Critical) => ":red_circle:",
        (_, Severity::Warning) => ":large_orange_circle:",
        (_, Severity::Info) => ":large_blue_circle:",
    }
}

fn link(notification: &Notification) -> String {
    // These characters would end the link early.
    let safe = |link: &&String| !link.contains(['<', '>', '|', ' ']);
    notification.link.as_ref().filter(safe).map(|link| format!(" · <{link}|more>")).unwrap_or_default()
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

fn small(text: &str) -> Value {
    json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text }] })
}

fn line(title: &str) -> String {
    escaped(&shortened(&title.replace(['\n', '\r'], " "), LONGEST_TITLE))
}

/// The three characters Slack gives a meaning, <https://docs.slack.dev/messaging/formatting-message-text>.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
