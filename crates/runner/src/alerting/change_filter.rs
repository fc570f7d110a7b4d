//! Selects the observations that may change an alert, out of many readings.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use alert_engine::{Hold, Observation, Verdict};
use record::Timestamp;
use tokio::time::Instant;

/// Number of events that are remembered here.
const MOST_EVENTS: usize = 1_000;
/// Interval of updates to an alert that goes on: often enough for its reminders.
const REFRESH: Duration = Duration::from_mins(1);

/// Selects the observations that may change an alert.
///
/// A device observes the same good value every second. Its alerts are read from the state and written back only when
/// one of them may change: at a new verdict, at a bad one that may complete the hold, once a minute while it is bad, and
/// at each new event.
#[derive(Debug, Default)]
pub(crate) struct ChangeFilter {
    last: BTreeMap<String, LastObservation>,
    events: BTreeSet<(String, String)>,
}

#[derive(Debug)]
struct LastObservation {
    verdict: Verdict,
    since: Timestamp,
    bad: u32,
    is_mature: bool,
    passed: Instant,
}

impl ChangeFilter {
    /// Whether the observation may change its alert.
    pub(crate) fn passes(&mut self, seen: &Observation) -> bool {
        if let Some(event) = &seen.occurrence {
            return self.is_new_event(&seen.key, &event.identity);
        }
        let now = Instant::now();
        let Some(last) = self.last.get_mut(&seen.key) else {
            // The alert may come from an earlier start of the program, so the first observation always passes.
            self.last.insert(seen.key.clone(), LastObservation::first(seen, now));
            return true;
        };
        if last.verdict != seen.verdict {
            *last = LastObservation::first(seen, now);
            return true;
        }
        if seen.verdict != Verdict::Bad {
            return false;
        }
        let passes = last.matures(seen) || now.duration_since(last.passed) >= REFRESH;
        if passes {
            last.passed = now;
        }
        passes
    }

    fn is_new_event(&mut self, key: &str, identity: &str) -> bool {
        if self.events.len() >= MOST_EVENTS {
            // The alert itself knows which events were sent; here only repeats of the last hours matter.
            self.events.clear();
        }
        self.events.insert((key.to_owned(), identity.to_owned()))
    }
}

impl LastObservation {
    fn first(seen: &Observation, now: Instant) -> Self {
        Self { verdict: seen.verdict, since: seen.began, bad: 1, is_mature: false, passed: now }
    }

    /// Whether this observation may complete the hold, and no earlier one did.
    fn matures(&mut self, seen: &Observation) -> bool {
        self.bad = self.bad.saturating_add(1);
        match seen.hold {
            Hold::Readings(readings) => self.bad <= readings,
            Hold::Duration(hold) => {
                let is_long = Duration::try_from(seen.at - self.since).is_ok_and(|held| held >= hold);
                is_long && !std::mem::replace(&mut self.is_mature, true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alert_engine::{AlertText, Severity};

    use super::*;

    fn seen(second: i64, verdict: Verdict, hold: Hold) -> Observation {
        let at = Timestamp::from_second(second).unwrap();
        let text = AlertText::default();
        Observation {
            key: "p/air.pm2/above".into(),
            at,
            began: at,
            verdict,
            hold,
            severity: Severity::Warning,
            concern: None,
            text,
            value: None,
            limit: None,
            unit: None,
            link: None,
            program: "p".into(),
            labels: BTreeMap::new(),
            occurrence: None,
        }
    }

    fn passed(hold: Hold, verdicts: &[(i64, Verdict)]) -> Vec<i64> {
        let mut filter = ChangeFilter::default();
        let passes = |(second, verdict): &&(i64, Verdict)| filter.passes(&seen(*second, *verdict, hold));
        verdicts.iter().filter(passes).map(|(second, _)| *second).collect()
    }

    use Verdict::{Bad, Between, Good};

    #[tokio::test(start_paused = true)]
    async fn a_value_that_stays_good_passes_once() {
        let verdicts = [(1, Good), (2, Good), (3, Bad), (4, Between), (5, Between), (6, Good), (7, Good)];
        assert_eq!(passed(Hold::Readings(1), &verdicts), [1, 3, 4, 6]);
    }

    #[tokio::test(start_paused = true)]
    async fn bad_values_pass_until_the_hold_is_complete() {
        let verdicts = [(1, Bad), (2, Bad), (3, Bad), (4, Bad), (5, Bad)];
        assert_eq!(passed(Hold::Readings(3), &verdicts), [1, 2, 3]);
        let hold = Hold::Duration(Duration::from_secs(3));
        assert_eq!(passed(hold, &verdicts), [1, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bad_value_passes_once_a_minute() {
        let mut filter = ChangeFilter::default();
        let mut count = 0;
        for second in 0..180 {
            count += u32::from(filter.passes(&seen(second, Bad, Hold::Readings(1))));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(count, 3);
    }
}
