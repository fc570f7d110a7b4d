//! From the run reports of a pipeline to how it is doing. Pure: its tests tell its behavior in full.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;

use crate::view::{Run, Standing, State};

/// How many runs the strip shows.
pub const STRIP: usize = 50;
/// A pipeline is late when no run has started for this many of its periods.
const LATE_AFTER: u32 = 2;
/// With fewer runs than this, the distance between them says little.
const FEWEST_RUNS: usize = 3;
/// Runs that follow each other faster were started by a person or a test, not by a schedule.
const SHORTEST_PERIOD: Duration = Duration::from_secs(10);

/// How a pipeline is doing at `now`, from its last runs, newest first.
pub fn standing(name: &str, runs: &[Run], now: Timestamp) -> Standing {
    let last = runs.first().cloned();
    let period = period(runs);
    let next = last.as_ref().zip(period).and_then(|(run, period)| run.started.checked_add(period).ok());
    let is_late = last.as_ref().zip(period).is_some_and(|(run, period)| is_late(run, period, now));
    Standing {
        name: name.to_owned(),
        kind: None,
        description: None,
        state: state(last.as_ref(), is_late),
        is_late,
        last_success: runs.iter().find(|run| run.worked).map(|run| run.started),
        last,
        period,
        next,
        strip: runs.iter().take(STRIP).rev().map(|run| run.worked).collect(),
    }
}

/// Those that need attention first, and by name where they need it alike.
pub fn sort(pipelines: &mut [Standing]) {
    pipelines.sort_by(|a, b| (a.state, &a.name).cmp(&(b.state, &b.name)));
}

/// The median time between the starts of neighboring runs, newest first: one that was late, or started by hand, does
/// not change it.
fn period(runs: &[Run]) -> Option<Duration> {
    if runs.len() < FEWEST_RUNS {
        return None;
    }
    let neighbors = runs.iter().zip(runs.iter().skip(1));
    let distance = |(newer, older): (&Run, &Run)| newer.started.duration_since(older.started).try_into().ok();
    let mut distances: Vec<Duration> = neighbors.filter_map(distance).collect();
    distances.sort_unstable_by_key(|distance| Reverse(*distance));
    distances.get(distances.len() / 2).copied().filter(|period| *period >= SHORTEST_PERIOD)
}

fn is_late(last: &Run, period: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(last.started)).is_ok_and(|silent| silent > period * LATE_AFTER)
}

fn state(last: Option<&Run>, is_late: bool) -> State {
    match last {
        None => State::Unseen,
        Some(run) if !run.worked => State::Failed,
        Some(_) if is_late => State::Late,
        Some(run) if run.rows_refused > 0 || run.rows_spooled > 0 => State::Held,
        Some(_) => State::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{now, run};

    /// Runs that started so many minutes ago.
    fn runs(minutes_ago: &[i64]) -> Vec<Run> {
        minutes_ago.iter().map(|minutes| run(*minutes)).collect()
    }

    #[test]
    fn a_pipeline_without_runs_is_unseen() {
        let standing = standing("weather", &[], now());
        assert_eq!((standing.state, standing.next, standing.strip.len()), (State::Unseen, None, 0));
    }

    #[test]
    fn the_next_run_is_one_usual_period_after_the_last() {
        let standing = standing("weather", &runs(&[5, 20, 35, 36, 50, 65]), now());
        assert_eq!(standing.period, Some(Duration::from_mins(15)));
        assert_eq!(standing.next, Some("2026-11-22T12:10:00Z".parse().unwrap()));
        assert_eq!(standing.state, State::Ok);
    }

    #[test]
    fn two_runs_tell_no_period() {
        assert_eq!(standing("weather", &runs(&[500, 515]), now()).period, None);
    }

    #[test]
    fn runs_in_quick_succession_tell_no_period() {
        let mut runs = runs(&[500, 500, 500, 500]);
        runs[0].started += Duration::from_secs(3);
        assert_eq!(standing("weather", &runs, now()).state, State::Ok);
    }

    #[test]
    fn after_two_periods_without_a_run_it_is_late() {
        assert_eq!(standing("weather", &runs(&[30, 45, 60]), now()).state, State::Ok);
        assert_eq!(standing("weather", &runs(&[31, 46, 61]), now()).state, State::Late);
    }

    #[test]
    fn a_failure_matters_more_than_being_late() {
        let mut runs = runs(&[100, 115, 130]);
        runs[0].worked = false;
        let standing = standing("weather", &runs, now());
        assert_eq!(standing.state, State::Failed);
        assert_eq!(standing.strip, [true, true, false], "oldest first");
        assert_eq!(standing.last_success, Some(runs[1].started));
    }

    #[test]
    fn records_that_wait_or_were_refused_are_told() {
        let mut runs = runs(&[5]);
        runs[0].rows_spooled = 3;
        assert_eq!(standing("weather", &runs, now()).state, State::Held);
    }

    #[test]
    fn those_that_need_attention_come_first() {
        let with = |name: &str, state| Standing { state, ..standing(name, &[], now()) };
        let mut all =
            [with("b", State::Ok), with("a", State::Ok), with("z", State::Failed), with("y", State::Late)];
        sort(&mut all);
        assert_eq!(all.each_ref().map(|one| one.name.as_str()), ["z", "y", "a", "b"]);
    }
}
