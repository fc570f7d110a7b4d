//! From run reports to health: how long ago a program worked, and how long that may be.

use std::time::Duration;

use history::{Pipeline, RunReport};
use record::{Record, Timestamp};

use crate::config::Rules;

/// How often a program has to have come before its period is known.
const INTERVALS: usize = 3;
/// So many of the last intervals count. The median of them stays what it was through an outage or a run by hand.
const LAST_INTERVALS: usize = 20;
/// How many periods may pass without a run that works.
const PERIODS: u32 = 2;

/// How a program is, by its run reports.
#[derive(Debug, Record)]
#[record(measurement = "pipeline_health")]
pub struct Health {
    /// When it was looked at.
    #[record(time)]
    pub at: Timestamp,
    /// The program.
    #[record(tag)]
    pub pipeline: String,
    /// Time since the start of the last run that worked; absent where none is known.
    #[record(unit = "s")]
    pub age: Option<f64>,
    /// How long after each other its runs come; absent where it is not known yet.
    #[record(unit = "s")]
    pub period: Option<f64>,
    /// Whether it has not worked for two of its periods.
    pub silent: bool,
}

/// A program, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub name: String,
    /// The start of the last run that worked.
    pub last_success: Option<Timestamp>,
    /// The newest run, whether it worked or not.
    pub last_run: Option<RunReport>,
    pub period: Option<Duration>,
    /// Since when it has brought nothing, where that is longer than it may be.
    pub silent_since: Option<Timestamp>,
    /// Whether it has run, in vain, while it was silent.
    pub is_failing: bool,
    /// Whether nobody wants to hear of it.
    pub is_ignored: bool,
}

impl Watched {
    /// A program by its runs, the newest first. `earlier` is its last run that worked, where none of them did.
    pub fn new(pipeline: Pipeline, earlier: Option<RunReport>, rules: &Rules, now: Timestamp) -> Self {
        let Pipeline { name, runs } = pipeline;
        let last_success = runs.iter().find(|run| run.is_ok()).or(earlier.as_ref()).map(|run| run.started);
        let period = rules.period(&name).or_else(|| period(&runs));
        // One that never worked was heard of first when it first ran.
        let heard_of = last_success.or_else(|| runs.last().map(|run| run.started));
        let longest = period.map(|period| period * PERIODS);
        let silent_since =
            heard_of.filter(|heard_of| longest.is_some_and(|longest| age(*heard_of, now) > longest));
        let last_run = runs.into_iter().next();
        let ran =
            last_run.as_ref().zip(longest).is_some_and(|(run, longest)| age(run.started, now) <= longest);
        let is_ignored = rules.ignores(&name);
        Self {
            name,
            last_success,
            last_run,
            period,
            silent_since: silent_since.filter(|_| !is_ignored),
            is_failing: silent_since.is_some() && ran,
            is_ignored,
        }
    }

    /// As a record.
    pub fn health(&self, now: Timestamp) -> Health {
        Health {
            at: now,
            pipeline: self.name.clone(),
            age: self.age(now).map(|age| age.as_secs_f64()),
            period: self.period.map(|period| period.as_secs_f64()),
            silent: self.silent_since.is_some(),
        }
    }

    /// How long ago it last worked.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.last_success.map(|success| age(success, now))
    }

    /// How long it may bring nothing.
    pub fn longest(&self) -> Option<Duration> {
        self.period.map(|period| period * PERIODS)
    }
}

/// The programs that are expected and of which nothing was seen. They are silent from now on.
pub fn missing(seen: &[Watched], rules: &Rules, now: Timestamp) -> Vec<Watched> {
    let is_missing = |name: &&String| seen.iter().all(|watched| watched.name != **name);
    let missing = |name: &String| Watched {
        name: name.clone(),
        last_success: None,
        last_run: None,
        period: rules.period(name),
        silent_since: Some(now),
        is_failing: false,
        is_ignored: false,
    };
    rules.expected().filter(is_missing).map(missing).collect()
}

/// Between the runs that worked, since those that fail may be repeated at once; between all runs, where too few worked.
fn period(runs: &[RunReport]) -> Option<Duration> {
    let starts = |wanted: fn(&RunReport) -> bool| {
        let starts: Vec<_> = runs.iter().filter(|run| wanted(run)).map(|run| run.started).collect();
        median(&starts)
    };
    starts(RunReport::is_ok).or_else(|| starts(|_| true))
}

/// The median of the last intervals. Of an even number of them, the longer of the two in the middle.
fn median(starts: &[Timestamp]) -> Option<Duration> {
    let intervals = starts.iter().zip(starts.iter().skip(1)).map(|(later, earlier)| age(*earlier, *later));
    let mut intervals: Vec<_> = intervals.take(LAST_INTERVALS).collect();
    intervals.sort_unstable();
    let middle = intervals.get(intervals.len() / 2).copied();
    middle.filter(|period| intervals.len() >= INTERVALS && !period.is_zero())
}

/// A clock that was set back makes nothing older than it is.
fn age(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Names, Periods};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn run(minute: i64, is_ok: bool) -> RunReport {
        RunReport {
            started: at(minute),
            pipeline: "weather".into(),
            version: String::new(),
            run_id: String::new(),
            duration: 1.0,
            rows_in: 0,
            rows_out: 0,
            rows_refused: 0,
            rows_spooled: 0,
            retries: 0,
            stage: String::new(),
            status: if is_ok { "ok" } else { "failed" }.into(),
            exit: 0,
            error: None,
        }
    }

    fn watched(ok: &[i64], failed: &[i64], rules: &Rules, now: i64) -> Watched {
        let ok = ok.iter().map(|minute| run(*minute, true));
        let mut runs: Vec<_> = ok.chain(failed.iter().map(|minute| run(*minute, false))).collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.started));
        Watched::new(Pipeline { name: "weather".into(), runs }, None, rules, at(now))
    }

    const QUARTERS: [i64; 5] = [0, 15, 30, 45, 60];

    #[test]
    fn a_program_is_silent_after_two_of_its_periods() {
        let rules = Rules::default();
        let on_time = watched(&QUARTERS, &[], &rules, 90);
        assert_eq!((on_time.period, on_time.silent_since), (Some(Duration::from_mins(15)), None));
        let late = watched(&QUARTERS, &[], &rules, 91);
        assert_eq!((late.silent_since, late.is_failing), (Some(at(60)), false));
        let health = late.health(at(91));
        assert_eq!((health.age, health.period, health.silent), (Some(1_860.0), Some(900.0), true));
    }

    #[test]
    fn runs_that_fail_are_no_sign_of_life() {
        let failing = watched(&QUARTERS, &[75, 76, 77, 90, 91, 92], &Rules::default(), 93);
        assert_eq!((failing.silent_since, failing.is_failing), (Some(at(60)), true));
        assert_eq!(failing.period, Some(Duration::from_mins(15)), "repeats do not shorten it");
    }

    #[test]
    fn an_outage_or_a_run_by_hand_does_not_change_the_period() {
        let outage = watched(&[0, 15, 30, 500, 515, 530], &[], &Rules::default(), 531);
        let by_hand = watched(&[0, 15, 30, 31, 45, 60], &[], &Rules::default(), 61);
        assert_eq!([outage.period, by_hand.period], [Some(Duration::from_mins(15)); 2]);
    }

    #[test]
    fn of_a_program_that_is_new_nothing_is_expected() {
        let new = watched(&[0, 15, 30], &[], &Rules::default(), 10_000);
        assert_eq!((new.period, new.silent_since), (None, None));
        let health = new.health(at(40));
        assert_eq!((health.age, health.period, health.silent), (Some(600.0), None, false));
    }

    #[test]
    fn one_that_never_worked_is_silent_since_it_was_first_seen() {
        let never = watched(&[], &QUARTERS, &Rules::default(), 70);
        assert_eq!((never.last_success, never.silent_since, never.is_failing), (None, Some(at(0)), true));
    }

    #[test]
    fn a_success_of_long_ago_counts() {
        let failed = QUARTERS.iter().rev().map(|minute| run(*minute, false)).collect();
        let pipeline = Pipeline { name: "weather".into(), runs: failed };
        let watched = Watched::new(pipeline, Some(run(-900, true)), &Rules::default(), at(70));
        assert_eq!((watched.last_success, watched.silent_since), (Some(at(-900)), Some(at(-900))));
    }

    #[test]
    fn a_period_that_is_set_comes_first() {
        let rules = Rules {
            periods: Some(Periods([("weather".to_owned(), Duration::from_hours(1))].into())),
            ..Rules::default()
        };
        assert_eq!(watched(&QUARTERS, &[], &rules, 180).silent_since, None);
        assert_eq!(watched(&QUARTERS, &[], &rules, 181).silent_since, Some(at(60)));
        assert_eq!(watched(&[60], &[], &rules, 181).silent_since, Some(at(60)), "one run is enough then");
    }

    #[test]
    fn what_is_ignored_is_never_silent_and_what_is_expected_may_be_missing() {
        let names = |names: &[&str]| Some(Names(names.iter().map(ToString::to_string).collect()));
        let rules = Rules {
            ignored: names(&["weather", "old"]),
            expected: names(&["weather", "old", "new"]),
            ..Rules::default()
        };
        let seen = watched(&QUARTERS, &[], &rules, 10_000);
        assert_eq!(seen.silent_since, None);
        let missing = missing(&[seen], &rules, at(5));
        assert_eq!(missing.iter().map(|watched| watched.name.as_str()).collect::<Vec<_>>(), ["new"]);
        assert_eq!((missing[0].silent_since, missing[0].health(at(5)).age), (Some(at(5)), None));
    }
}
