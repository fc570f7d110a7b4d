//! Which of many readings an alert has to know.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::{Hold, Observation, Verdict};
use record::Timestamp;
use tokio::time::Instant;

/// How often an alert hears that it goes on: often enough for its reminders.
const REFRESH: Duration = Duration::from_mins(1);

/// Sorts out which observations change what is so.
///
/// A device sees the same good value every second. Its alerts are read from the state and written back only when one
/// of them may change: a verdict that is new, what is bad and may soon have been so for long enough, and once a minute
/// while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Novelty {
    known: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    verdict: Verdict,
    since: Timestamp,
    bad: u32,
    is_mature: bool,
    passed: Instant,
}

impl Novelty {
    /// Whether the alert has to know.
    pub(crate) fn is_news(&mut self, seen: &Observation) -> bool {
        let now = Instant::now();
        let Some(known) = self.known.get_mut(&seen.key) else {
            // What an earlier start of the program has told is not known here, so the first one always counts.
            self.known.insert(seen.key.clone(), Known::first(seen, now));
            return true;
        };
        if known.verdict != seen.verdict {
            *known = Known::first(seen, now);
            return true;
        }
        if seen.verdict != Verdict::Bad {
            return false;
        }
        let is_news = known.matures(seen) || now.duration_since(known.passed) >= REFRESH;
        if is_news {
            known.passed = now;
        }
        is_news
    }
}

impl Known {
    fn first(seen: &Observation, now: Instant) -> Self {
        Self { verdict: seen.verdict, since: seen.began, bad: 1, is_mature: false, passed: now }
    }

    /// Whether it may with this one have been bad for long enough, and was not before.
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

    use alert_engine::{Severity, Words};

    use super::*;

    fn seen(second: i64, verdict: Verdict, hold: Hold) -> Observation {
        let at = Timestamp::from_second(second).unwrap();
        let words = Words {
            firing: String::new(),
            over: String::new(),
            detail: String::new(),
            doing: String::new(),
            counted: [String::new(), String::new()],
            note: String::new(),
        };
        Observation {
            key: "p/air.pm2/above".into(),
            at,
            began: at,
            verdict,
            hold,
            severity: Severity::Warning,
            concern: None,
            words,
            value: None,
            limit: None,
            unit: None,
            link: None,
            program: "p".into(),
            labels: BTreeMap::new(),
        }
    }

    fn news(hold: Hold, verdicts: &[(i64, Verdict)]) -> Vec<i64> {
        let mut novelty = Novelty::default();
        let is_news = |(second, verdict): &&(i64, Verdict)| novelty.is_news(&seen(*second, *verdict, hold));
        verdicts.iter().filter(is_news).map(|(second, _)| *second).collect()
    }

    use Verdict::{Bad, Between, Good};

    #[tokio::test(start_paused = true)]
    async fn what_stays_good_is_news_once() {
        let verdicts = [(1, Good), (2, Good), (3, Bad), (4, Between), (5, Between), (6, Good), (7, Good)];
        assert_eq!(news(Hold::Readings(1), &verdicts), [1, 3, 4, 6]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_bad_counts_until_people_hear_of_it() {
        let verdicts = [(1, Bad), (2, Bad), (3, Bad), (4, Bad), (5, Bad)];
        assert_eq!(news(Hold::Readings(3), &verdicts), [1, 2, 3]);
        let hold = Hold::Duration(Duration::from_secs(3));
        assert_eq!(news(hold, &verdicts), [1, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_goes_on_is_news_once_a_minute() {
        let mut novelty = Novelty::default();
        let mut told = 0;
        for second in 0..180 {
            told += u32::from(novelty.is_news(&seen(second, Bad, Hold::Readings(1))));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(told, 3);
    }
}
