//! Usual time between the runs of a program.

use std::time::Duration;

use jiff::Timestamp;

/// Number of newest intervals that count, so that an outage or a run by hand does not change the median.
const NEWEST: usize = 20;
/// Smallest number of intervals for a known period.
const FEWEST: usize = 3;
/// Runs in quicker succession were started by a person or a test, not by a schedule.
const SHORTEST: Duration = Duration::from_secs(10);

/// Usual time between the runs of a program; `None` if it is not known.
///
/// It is the median of the twenty newest intervals between the starts of successful runs, since failed ones may be
/// repeated at once; or of all runs, if fewer than four were successful. It needs three intervals, and is at least 10 s.
/// Of two medians, it is the longer one. `runs` are start times, newest first, and whether the run was successful.
pub fn period(runs: impl IntoIterator<Item = (Timestamp, bool)>) -> Option<Duration> {
    let runs: Vec<_> = runs.into_iter().collect();
    let successful = runs.iter().filter(|(_, is_ok)| *is_ok).map(|(started, _)| *started);
    let period = median(successful).or_else(|| median(runs.iter().map(|(started, _)| *started)));
    period.filter(|period| *period >= SHORTEST)
}

fn median(starts: impl Iterator<Item = Timestamp> + Clone) -> Option<Duration> {
    let interval = |(newer, older): (Timestamp, Timestamp)| {
        Duration::try_from(newer.duration_since(older)).unwrap_or_default()
    };
    let mut intervals: Vec<_> = starts.clone().zip(starts.skip(1)).map(interval).take(NEWEST).collect();
    intervals.sort_unstable();
    intervals.get(intervals.len() / 2).copied().filter(|_| intervals.len() >= FEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(successful: &[i64], failed: &[i64]) -> Option<u64> {
        let at = |minute: &i64| Timestamp::from_second(minute * 60).unwrap();
        let successful = successful.iter().map(|minute| (at(minute), true));
        let mut runs: Vec<_> = successful.chain(failed.iter().map(|minute| (at(minute), false))).collect();
        runs.sort_by_key(|(started, _)| std::cmp::Reverse(*started));
        period(runs).map(|period| period.as_secs() / 60)
    }

    #[test]
    fn it_is_the_median_of_the_intervals() {
        assert_eq!(minutes(&[0, 15, 30, 45], &[]), Some(15));
        assert_eq!(minutes(&[0, 15, 30, 500, 515, 530], &[]), Some(15), "with an outage");
        assert_eq!(minutes(&[0, 15, 30, 31, 45, 60], &[]), Some(15), "with a run by hand");
    }

    #[test]
    fn it_needs_four_runs() {
        assert_eq!(minutes(&[0, 15, 30], &[]), None);
        assert_eq!(minutes(&[], &[]), None);
    }

    #[test]
    fn failed_runs_count_only_without_enough_successful_ones() {
        assert_eq!(minutes(&[0, 15, 30, 45], &[60, 61, 62, 63, 64]), Some(15));
        assert_eq!(minutes(&[0], &[60, 120, 180]), Some(60));
    }

    #[test]
    fn runs_in_quick_succession_have_no_period() {
        let seconds = [9, 6, 3, 0].map(|second| (Timestamp::from_second(second).unwrap(), true));
        assert_eq!(period(seconds), None);
    }
}
