//! Growing waits between attempts.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Growing waits between attempts, without end. They double from the shortest to half of the longest, and jitter adds
/// up to as much again, so that the clients of a service that was away do not return at the same instant.
#[derive(Debug)]
pub struct Backoff {
    shortest: Duration,
    longest: Duration,
    waits: ExponentialBackoff,
}

impl Backoff {
    /// Waits of at least `shortest` and at most `longest`.
    pub fn between(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, waits: waits(shortest, longest) }
    }

    /// The next wait, or the longer one that the other side asked for.
    pub fn wait(&mut self, asked: Option<Duration>) -> Duration {
        let wait = self.waits.next().unwrap_or(self.longest).min(self.longest);
        asked.map_or(wait, |asked| asked.max(wait))
    }

    /// Begins again with the shortest wait, after a success.
    pub fn reset(&mut self) {
        self.waits = waits(self.shortest, self.longest);
    }
}

fn waits(shortest: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(shortest)
        .with_max_delay(longest / 2)
        .without_max_times()
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORTEST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(30);

    #[test]
    fn waits_grow_to_the_longest_and_never_end() {
        let mut backoff = Backoff::between(SHORTEST, LONGEST);
        let waits: Vec<_> = (0..100).map(|_| backoff.wait(None)).collect();
        assert!(waits.first().is_some_and(|wait| (SHORTEST..=2 * SHORTEST).contains(wait)), "{waits:?}");
        assert!(waits.iter().skip(10).all(|wait| (LONGEST / 2..=LONGEST).contains(wait)), "{waits:?}");
    }

    #[test]
    fn a_longer_wait_that_is_asked_for_is_obeyed() {
        let mut backoff = Backoff::between(SHORTEST, LONGEST);
        assert_eq!(backoff.wait(Some(Duration::from_mins(2))), Duration::from_mins(2));
        assert!(backoff.wait(Some(Duration::ZERO)) >= SHORTEST);
    }

    #[test]
    fn after_a_success_it_begins_again() {
        let mut backoff = Backoff::between(SHORTEST, LONGEST);
        let _ = (0..20).map(|_| backoff.wait(None)).count();
        backoff.reset();
        assert!(backoff.wait(None) <= 2 * SHORTEST);
    }
}
