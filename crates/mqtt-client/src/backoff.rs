//! How long to wait before the next attempt to connect.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use fault::{Fault as _, Kind};
use tokio::time::Instant;

use crate::Error;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// A connection that lasted at least this long was a good one. Two clients of the same name end each other's
/// connections at once, and would do so as fast as they can connect.
const LASTING: Duration = Duration::from_secs(10);

/// Delays from 1 s to 30 s, each up to twice as long by chance, so that the clients of a broker that was away do not
/// return at the same instant.
#[derive(Debug)]
pub(crate) struct Backoff {
    delays: ExponentialBackoff,
    connected: Option<Instant>,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { delays: delays(), connected: None }
    }

    /// Notes that a connection was made.
    pub(crate) fn connected(&mut self) {
        self.connected = Some(Instant::now());
    }

    /// How long to wait after an attempt, or a connection, ended so.
    pub(crate) fn after(&mut self, error: &Error) -> Duration {
        if self.connected.take().is_some_and(|since| since.elapsed() >= LASTING) {
            self.delays = delays();
        }
        // What a person has to change takes a while, and brokers lock out who keeps trying.
        if matches!(error.kind(), Kind::Unauthorized | Kind::Configuration) {
            return LONGEST_DELAY;
        }
        self.delays.next().unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
    }
}

fn delays() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_DELAY)
        .with_max_delay(LONGEST_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Error {
        Error::Lost { reason: "gone".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn delays_grow_to_half_a_minute() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = std::iter::repeat_with(|| backoff.after(&lost())).take(10).collect();
        assert!((1..=2).contains(&delays[0].as_secs()), "{delays:?}");
        assert_eq!(delays[9], LONGEST_DELAY);
        assert!(delays.iter().all(|delay| (FIRST_DELAY..=LONGEST_DELAY).contains(delay)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_lasted_begins_anew_and_a_short_one_does_not() {
        let mut backoff = Backoff::new();
        let _ = (0..10).map(|_| backoff.after(&lost())).count();
        backoff.connected();
        assert_eq!(backoff.after(&lost()), LONGEST_DELAY);
        backoff.connected();
        tokio::time::advance(LASTING).await;
        assert!(backoff.after(&lost()) <= 2 * FIRST_DELAY);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_login_is_not_repeated_soon() {
        let error = Error::Login { reason: "not authorized" };
        assert_eq!(Backoff::new().after(&error), LONGEST_DELAY);
    }
}
