//! Status of a pipeline from its run reports, as a pure function.

use std::time::Duration;

use jiff::Timestamp;

use crate::view::{PipelineStatus, Run, State};

/// Number of runs in the strip.
pub const STRIP: usize = 50;
/// Number of periods without a run after which a pipeline is late.
const LATE_AFTER: u32 = 2;

/// Status of a pipeline at `now`, from its last runs, newest first.
pub fn status(name: &str, runs: &[Run], now: Timestamp) -> PipelineStatus {
    let last = runs.first().cloned();
    let period = history::period(runs.iter().map(|run| (run.started, run.worked)));
    let next = last.as_ref().zip(period).and_then(|(run, period)| run.started.checked_add(period).ok());
    let is_late = last.as_ref().zip(period).is_some_and(|(run, period)| is_late(run, period, now));
    PipelineStatus {
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

/// Sorts by need of attention, and then by name.
pub fn sort(pipelines: &mut [PipelineStatus]) {
    pipelines.sort_by(|a, b| (a.state, &a.name).cmp(&(b.state, &b.name)));
}

fn is_late(last: &Run, period: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(last.started)).is_ok_and(|silent| silent > period * LATE_AFTER)
}

fn state(last: Option<&Run>, is_late: bool) -> State {
    match last {
        None => State::Unseen,
        Some(run) if !run.worked => State::Failed,
        Some(_) if is_late => State::Late,
        Some(run) if run.rows_refused > 0 || run.rows_spooled > 0 => State::Incomplete,
        Some(_) => State::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{now, run};

    /// Runs that started a number of minutes ago.
    fn runs(minutes_ago: &[i64]) -> Vec<Run> {
        minutes_ago.iter().map(|minutes| run(*minutes)).collect()
    }

    #[test]
    fn a_pipeline_without_runs_is_unseen() {
        let status = status("weather", &[], now());
        assert_eq!((status.state, status.next, status.strip.len()), (State::Unseen, None, 0));
    }

    #[test]
    fn the_next_run_is_one_usual_period_after_the_last() {
        let status = status("weather", &runs(&[5, 20, 35, 36, 50, 65]), now());
        assert_eq!(status.period, Some(Duration::from_mins(15)));
        assert_eq!(status.next, Some("2026-11-22T12:10:00Z".parse().unwrap()));
        assert_eq!(status.state, State::Ok);
    }

    #[test]
    fn two_runs_have_no_period() {
        assert_eq!(status("weather", &runs(&[500, 515]), now()).period, None);
    }

    #[test]
    fn runs_in_quick_succession_have_no_period() {
        let mut runs = runs(&[500, 500, 500, 500]);
        runs[0].started += Duration::from_secs(3);
        assert_eq!(status("weather", &runs, now()).state, State::Ok);
    }

    #[test]
    fn after_two_periods_without_a_run_it_is_late() {
        assert_eq!(status("weather", &runs(&[30, 45, 60, 75]), now()).state, State::Ok);
        assert_eq!(status("weather", &runs(&[31, 46, 61, 76]), now()).state, State::Late);
    }

    #[test]
    fn a_failure_matters_more_than_being_late() {
        let mut runs = runs(&[100, 115, 130]);
        runs[0].worked = false;
        let status = status("weather", &runs, now());
        assert_eq!(status.state, State::Failed);
        assert_eq!(status.strip, [true, true, false], "oldest first");
        assert_eq!(status.last_success, Some(runs[1].started));
    }

    #[test]
    fn spooled_or_refused_records_make_a_run_incomplete() {
        let mut runs = runs(&[5]);
        runs[0].rows_spooled = 3;
        assert_eq!(status("weather", &runs, now()).state, State::Incomplete);
    }

    #[test]
    fn those_that_need_attention_come_first() {
        let with = |name: &str, state| PipelineStatus { state, ..status(name, &[], now()) };
        let mut all =
            [with("b", State::Ok), with("a", State::Ok), with("z", State::Failed), with("y", State::Late)];
        sort(&mut all);
        assert_eq!(all.each_ref().map(|one| one.name.as_str()), ["z", "y", "a", "b"]);
    }
}
