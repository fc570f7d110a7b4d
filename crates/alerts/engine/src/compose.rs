//! The texts of notifications.

use jiff::{Timestamp, Unit};

use crate::{Notification, NotificationKind, Observation};

/// A list of events names so many of them; nobody reads more on a phone.
const MOST_LISTED: usize = 10;

/// The message that an alert fires, from its latest observation.
pub(crate) fn firing(seen: &Observation, since: Timestamp) -> Notification {
    let context = format!("{} since {}", seen.text.condition, minute(since));
    let context = joined(&context, &seen.text.note);
    notification(seen, NotificationKind::Firing, since, seen.text.title.clone(), context)
}

/// The message that an alert is resolved.
pub(crate) fn resolved(seen: &Observation, since: Timestamp, count: u32) -> Notification {
    let title = format!("{} after {}", seen.text.resolved_title, lasted(since, seen.at));
    let [one, several] = &seen.text.counted;
    let counted = if count == 1 { format!("1 {one}") } else { format!("{count} {several}") };
    let context = format!("{counted} since {}", minute(since));
    notification(seen, NotificationKind::Resolved, since, title, joined(&context, &seen.text.note))
}

/// The message of one event.
pub(crate) fn event(seen: &Observation) -> Notification {
    let context = joined(&format!("at {}", minute(seen.at)), &seen.text.note);
    notification(seen, NotificationKind::Occurred, seen.at, seen.text.title.clone(), context)
}

/// One message for several events of one rule, oldest first.
pub(crate) fn occurred(events: &[&Notification]) -> Option<Notification> {
    let (first, last) = (*events.first()?, *events.last()?);
    if events.len() == 1 {
        return Some(first.clone());
    }
    let mut lines: Vec<_> = events.iter().take(MOST_LISTED).map(|event| listed(event)).collect();
    if let Some(more) = events.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.push(format!("… and {more} more"));
    }
    let subject = |name: &str| first.labels.get(name).map(String::as_str).unwrap_or_default();
    let title = format!(
        "{}: {} events, {} {} {}",
        first.program,
        events.len(),
        subject("record"),
        subject("field"),
        subject("rule")
    );
    let is_common = |(name, value): &(&String, &String)| {
        events.iter().all(|event| event.labels.get(*name) == Some(*value))
    };
    let labels = first.labels.iter().filter(is_common).map(|(name, value)| (name.clone(), value.clone()));
    Some(Notification {
        title,
        detail: lines.join("\n"),
        context: format!("from {} to {}", minute(first.at), minute(last.at)),
        since: first.at,
        at: last.at,
        labels: labels.collect(),
        value: None,
        ..last.clone()
    })
}

fn listed(event: &Notification) -> String {
    let detail = event.detail.lines().next().unwrap_or_default();
    let title = event.title.strip_prefix(&format!("{}: ", event.program)).unwrap_or(&event.title);
    format!("{} {}", minute(event.at), joined(title, detail))
}

/// The message that an alert still fires.
pub(crate) fn reminder(firing: &Notification, at: Timestamp) -> Notification {
    let title = format!("{}, still after {}", firing.title, lasted(firing.since, at));
    Notification { kind: NotificationKind::Reminder, title, at, ..firing.clone() }
}

/// The end of an alert that nothing observes any more, for `reason`.
pub(crate) fn abandoned(firing: &Notification, at: Timestamp, reason: &str) -> Notification {
    let title = format!("{}: {reason}", firing.title);
    let context = format!("for {}", lasted(firing.since, at));
    let end = Notification { kind: NotificationKind::Resolved, title, at, context, ..firing.clone() };
    Notification { detail: String::new(), value: None, ..end }
}

/// The end of an alert whose begin could not be sent.
pub(crate) fn late(end: Notification) -> Notification {
    let note = "It could not be told at the time.";
    let detail = if end.detail.is_empty() { note.to_owned() } else { format!("{}\n{note}", end.detail) };
    Notification { detail, ..end }
}

fn notification(
    seen: &Observation,
    kind: NotificationKind,
    since: Timestamp,
    title: String,
    context: String,
) -> Notification {
    Notification {
        key: seen.key.clone(),
        kind,
        severity: seen.severity,
        concern: seen.concern.clone(),
        title,
        detail: seen.text.detail.clone(),
        context,
        since,
        at: seen.at,
        next_reminder: None,
        value: seen.value,
        limit: seen.limit,
        unit: seen.unit.clone(),
        link: seen.link.clone(),
        program: seen.program.clone(),
        labels: seen.labels.clone(),
    }
}

fn joined(text: &str, note: &str) -> String {
    if note.is_empty() { text.to_owned() } else { format!("{text} · {note}") }
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A duration in the largest unit that fits: `3 h 5 min`, `42 min`, `20 s`.
fn lasted(since: Timestamp, until: Timestamp) -> String {
    let seconds = until.since((Unit::Second, since)).map_or(0, |span| span.get_seconds()).max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_shown_in_units_a_person_uses() {
        let since = Timestamp::UNIX_EPOCH;
        let shown = |seconds| lasted(since, Timestamp::from_second(seconds).unwrap());
        assert_eq!(
            [shown(20), shown(150), shown(11_100), shown(180_000)],
            ["20 s", "2 min", "3 h 5 min", "2 d 2 h"]
        );
        assert_eq!(shown(-5), "0 s");
    }
}
