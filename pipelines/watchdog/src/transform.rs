//! Health of programs from their run reports.

use std::time::Duration;

use history::{Pipeline, RunReport};
use record::{Record, Timestamp};

use crate::config::Rules;

/// Number of periods without a successful run after which a program is silent.
const PERIODS: u32 = 2;

/// Health of a program according to its run reports.
#[derive(Debug, Record)]
#[record(measurement = "pipeline_health")]
pub struct Health {
    /// Time of the check.
    #[record(time)]
    pub at: Timestamp,
    /// Name of the program.
    #[record(tag)]
    pub pipeline: String,
    /// Time since the start of the last successful run; absent if none is known.
    #[record(unit = "s")]
    pub age: Option<f64>,
    /// Usual time between its runs; absent if it is not known yet.
    #[record(unit = "s")]
    pub period: Option<f64>,
    /// Whether it had no successful run for two of its periods.
    pub silent: bool,
}

/// A watched program.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    pub name: String,
    /// Start of the last successful run.
    pub last_success: Option<Timestamp>,
    /// Newest run, successful or not.
    pub last_run: Option<RunReport>,
    pub period: Option<Duration>,
    /// Start of its silence, if it is silent.
    pub silent_since: Option<Timestamp>,
    /// Whether it is silent although it runs, because all runs fail.
    pub is_failing: bool,
    /// Whether it is ignored.
    pub is_ignored: bool,
}

impl Watched {
    /// Evaluates the runs of a program, newest first. `earlier` is its last successful run before them, if none of them
    /// is successful.
    pub fn new(pipeline: Pipeline, earlier: Option<RunReport>, rules: &Rules, now: Timestamp) -> Self {
        let Pipeline { name, runs } = pipeline;
        let last_success = runs.iter().find(|run| run.is_ok()).or(earlier.as_ref()).map(|run| run.started);
        let period = rules
            .period(&name)
            .or_else(|| history::period(runs.iter().map(|run| (run.started, run.is_ok()))));
        // A program without a successful run is silent since its first run.
        let known_since = last_success.or_else(|| runs.last().map(|run| run.started));
        let longest = period.map(|period| period * PERIODS);
        let silent_since =
            known_since.filter(|known_since| longest.is_some_and(|longest| age(*known_since, now) > longest));
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

    /// Record of its health.
    pub fn health(&self, now: Timestamp) -> Health {
        Health {
            at: now,
            pipeline: self.name.clone(),
            age: self.age(now).map(|age| age.as_secs_f64()),
            period: self.period.map(|period| period.as_secs_f64()),
            silent: self.silent_since.is_some(),
        }
    }

    /// Time since its last successful run.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.last_success.map(|success| age(success, now))
    }

    /// Time without a successful run after which it is silent.
    pub fn longest(&self) -> Option<Duration> {
        self.period.map(|period| period * PERIODS)
    }
}

/// Expected programs without any run. They are silent from now on.
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

/// Time since `since`; zero if the clock was set back.
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
    fn failed_runs_do_not_end_the_silence() {
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
    fn a_new_program_is_not_silent() {
        let new = watched(&[0, 15, 30], &[], &Rules::default(), 10_000);
        assert_eq!((new.period, new.silent_since), (None, None));
        let health = new.health(at(40));
        assert_eq!((health.age, health.period, health.silent), (Some(600.0), None, false));
    }

    #[test]
    fn a_program_without_a_success_is_silent_since_its_first_run() {
        let never = watched(&[], &QUARTERS, &Rules::default(), 70);
        assert_eq!((never.last_success, never.silent_since, never.is_failing), (None, Some(at(0)), true));
    }

    #[test]
    fn an_old_success_counts() {
        let failed = QUARTERS.iter().rev().map(|minute| run(*minute, false)).collect();
        let pipeline = Pipeline { name: "weather".into(), runs: failed };
        let watched = Watched::new(pipeline, Some(run(-900, true)), &Rules::default(), at(70));
        assert_eq!((watched.last_success, watched.silent_since), (Some(at(-900)), Some(at(-900))));
    }

    #[test]
    fn a_configured_period_takes_precedence() {
        let rules = Rules {
            periods: Some(Periods([("weather".to_owned(), Duration::from_hours(1))].into())),
            ..Rules::default()
        };
        assert_eq!(watched(&QUARTERS, &[], &rules, 180).silent_since, None);
        assert_eq!(watched(&QUARTERS, &[], &rules, 181).silent_since, Some(at(60)));
        assert_eq!(watched(&[60], &[], &rules, 181).silent_since, Some(at(60)), "one run is enough then");
    }

    #[test]
    fn an_ignored_program_is_never_silent_and_an_expected_one_may_be_missing() {
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
