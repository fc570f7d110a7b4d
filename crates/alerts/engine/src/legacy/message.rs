//! What is said, before a channel gives it its form.

use jiff::{Timestamp, Unit};

use super::{Incident, Observation};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody should act.
    Critical,
    /// All is well again.
    Resolved,
}

/// Why a run failed, in words that hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The stage it failed at, as in `extract`.
    pub stage: String,
    /// The error on one line.
    pub error: String,
    /// The exit code.
    pub exit: u8,
}

/// A message to people: what, why, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How much it matters.
    pub tone: Tone,
    /// What happened, on one line.
    pub title: String,
    /// More of it; may be empty.
    pub detail: String,
    /// Where to look: since when, which run.
    pub context: String,
}

impl Message {
    pub(crate) fn failed(run: &Observation, failure: &Failure, incident: &Incident) -> Self {
        let advice = if failure.exit == 75 { "a later run may work" } else { "a repeat will not help" };
        Self {
            tone: Tone::Critical,
            title: format!("{} failed at {}", run.program, failure.stage),
            detail: failure.error.clone(),
            context: format!(
                "failing since {} · exit {}, {advice} · run {}",
                minute(incident.since),
                failure.exit,
                run.run
            ),
        }
    }

    pub(crate) fn recovered(run: &Observation, incident: &Incident) -> Self {
        let untold = if incident.told { "" } else { "The failure could not be told at the time." };
        let runs =
            if incident.failures == 1 { "1 run".to_owned() } else { format!("{} runs", incident.failures) };
        Self {
            tone: Tone::Resolved,
            title: format!("{} works again after {}", run.program, lasted(incident.since, run.ended)),
            detail: untold.to_owned(),
            context: format!("{runs} failed since {} · run {}", minute(incident.since), run.run),
        }
    }
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
