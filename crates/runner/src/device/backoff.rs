//! How long a store that is away is left alone.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Half of the shortest and of the longest wait: jitter adds up to as much again.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// Waits that double from half a second to half a minute, with jitter, without end.
#[derive(Debug)]
pub(crate) struct Backoff(ExponentialBackoff);

impl Backoff {
    pub(crate) fn new() -> Self {
        let waits = ExponentialBuilder::default()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .without_max_times()
            .with_jitter();
        Self(waits.build())
    }

    /// The next wait, or the longer one that the store asked for.
    pub(crate) fn wait(&mut self, asked: Option<Duration>) -> Duration {
        let wait = self.0.next().unwrap_or(LONGEST);
        asked.map_or(wait, |asked| asked.max(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_half_a_minute_and_never_end() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..100).map(|_| backoff.wait(None)).collect();
        assert!(waits.first().is_some_and(|wait| *wait <= Duration::from_millis(500)));
        assert!(waits.iter().skip(10).all(|wait| (LONGEST..=2 * LONGEST).contains(wait)), "{waits:?}");
    }

    #[test]
    fn a_longer_wait_that_is_asked_for_is_kept() {
        assert_eq!(Backoff::new().wait(Some(Duration::from_mins(2))), Duration::from_mins(2));
        assert!(Backoff::new().wait(Some(Duration::ZERO)) >= SHORTEST);
    }
}
