//! The times of readings, and of repeated attempts.

use std::time::Duration;

use fault::Backoff;
use tokio::time::Instant;

/// The longest pause of a sensor that fails, where its period is shorter.
const LONGEST: Duration = Duration::from_mins(1);
/// The pauses of a store that is away, and of one reading that has to be good.
const ATTEMPTS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));

/// The waits between attempts: from a quarter of a second to half a minute.
pub(crate) fn backoff() -> Backoff {
    Backoff::between(ATTEMPTS.0, ATTEMPTS.1)
}

/// The time of the next reading: `wait` after this one was due, however long it took. If that has passed, the
/// missed readings are left out: they could only be made of the present.
///
/// The clock is a monotonic one, so it does not matter when that of the machine is set.
pub(crate) fn next(due: Instant, wait: Duration, now: Instant) -> Instant {
    let next = due + wait;
    if next > now || wait.is_zero() {
        return next.max(now);
    }
    let missed = now.duration_since(due).as_nanos() / wait.as_nanos();
    u32::try_from(missed + 1).map_or(now + wait, |periods| due + wait.saturating_mul(periods))
}

/// The pause after so many failed readings in a row: twice as long each time, up to a minute or a period.
pub(crate) fn after_failures(interval: Duration, failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    interval.saturating_mul(1 << doublings).min(interval.max(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(10);

    fn seconds(start: Instant, instant: Instant) -> u64 {
        instant.duration_since(start).as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_that_takes_long_does_not_move_the_next_one() {
        let start = Instant::now();
        let mut due = start;
        for took in [1, 9, 3] {
            due = next(due, PERIOD, due + Duration::from_secs(took));
        }
        assert_eq!(seconds(start, due), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_that_is_late_is_followed_by_no_burst() {
        let start = Instant::now();
        let due = next(start, PERIOD, start + Duration::from_secs(35));
        assert_eq!(seconds(start, due), 40, "the three that were missed are left out, and the grid is kept");
        let exactly = next(start, PERIOD, start + PERIOD);
        assert_eq!(seconds(start, exactly), 20);
    }

    #[tokio::test(start_paused = true)]
    async fn no_wait_at_all_is_now() {
        let start = Instant::now();
        let now = start + PERIOD;
        assert_eq!(next(start, Duration::ZERO, now), now);
        let ages = next(start, Duration::from_nanos(1), start + Duration::from_hours(100));
        assert!(ages > start + Duration::from_hours(99));
    }

    #[test]
    fn a_sensor_that_fails_is_left_alone_for_longer_and_longer() {
        let waits = |interval| (1..=5).map(|failures| after_failures(interval, failures).as_secs()).collect();
        let short: Vec<u64> = waits(Duration::from_secs(5));
        assert_eq!(short, [5, 10, 20, 40, 60]);
        let long: Vec<u64> = waits(Duration::from_mins(10));
        assert_eq!(long, [600; 5]);
        assert_eq!(after_failures(PERIOD, u32::MAX), LONGEST);
    }
}
