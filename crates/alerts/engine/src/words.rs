//! Notifications of an alert, in words.

use jiff::{Timestamp, Unit};

use crate::{Event, Notification, Observation};

/// That it began, or still is so, as this observation shows it.
pub(crate) fn firing(seen: &Observation, since: Timestamp) -> Notification {
    let context = format!("{} since {}", seen.words.doing, minute(since));
    notification(seen, Event::Firing, since, seen.words.firing.clone(), joined(&context, &seen.words.note))
}

/// That it is over.
pub(crate) fn resolved(seen: &Observation, since: Timestamp, count: u32) -> Notification {
    let title = format!("{} after {}", seen.words.over, lasted(since, seen.at));
    let [one, several] = &seen.words.counted;
    let counted = if count == 1 { format!("1 {one}") } else { format!("{count} {several}") };
    let context = format!("{counted} since {}", minute(since));
    notification(seen, Event::Resolved, since, title, joined(&context, &seen.words.note))
}

/// That it goes on, from what was said when it began.
pub(crate) fn reminder(firing: &Notification, at: Timestamp) -> Notification {
    let title = format!("{}, still after {}", firing.title, lasted(firing.since, at));
    Notification { event: Event::Reminder, title, at, ..firing.clone() }
}

/// That nobody looks any more, for `reason`.
pub(crate) fn abandoned(firing: &Notification, at: Timestamp, reason: &str) -> Notification {
    let title = format!("{}: {reason}", firing.title);
    let context = format!("for {}", lasted(firing.since, at));
    let over = Notification { event: Event::Resolved, title, at, context, ..firing.clone() };
    Notification { detail: String::new(), value: None, ..over }
}

fn notification(
    seen: &Observation,
    event: Event,
    since: Timestamp,
    title: String,
    context: String,
) -> Notification {
    Notification {
        key: seen.key.clone(),
        event,
        severity: seen.severity,
        concern: seen.concern.clone(),
        title,
        detail: seen.words.detail.clone(),
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

/// In the largest unit that says it: `3 h 5 min`, `42 min`, `20 s`.
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
    fn a_duration_is_told_in_units_a_person_uses() {
        let since = Timestamp::UNIX_EPOCH;
        let told = |seconds| lasted(since, Timestamp::from_second(seconds).unwrap());
        assert_eq!(
            [told(20), told(150), told(11_100), told(180_000)],
            ["20 s", "2 min", "3 h 5 min", "2 d 2 h"]
        );
        assert_eq!(told(-5), "0 s");
    }
}
