//! The wait before the next attempt to connect.

use std::time::Duration;

use fault::{Backoff, Fault as _, Kind};
use tokio::time::Instant;

use crate::Error;

const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A connection that lasted at least this long was a good one. Two clients of the same name end each other's
/// connections at once, and would do so as fast as they can connect.
const LASTING: Duration = Duration::from_secs(10);

/// The wait before the next attempt to connect: from 1 s to 30 s, and short again after a connection that lasted.
#[derive(Debug)]
pub(crate) struct Reconnection {
    backoff: Backoff,
    connected: Option<Instant>,
}

impl Reconnection {
    pub(crate) fn new() -> Self {
        Self { backoff: Backoff::between(SHORTEST_WAIT, LONGEST_WAIT), connected: None }
    }

    /// Notes that a connection was made.
    pub(crate) fn connected(&mut self) {
        self.connected = Some(Instant::now());
    }

    /// The wait after an attempt, or a connection, ended with this error.
    pub(crate) fn after(&mut self, error: &Error) -> Duration {
        if self.connected.take().is_some_and(|since| since.elapsed() >= LASTING) {
            self.backoff.reset();
        }
        // A setting takes a person a while to change, and brokers lock out clients that keep trying.
        if matches!(error.kind(), Kind::Unauthorized | Kind::Configuration) {
            return LONGEST_WAIT;
        }
        self.backoff.wait(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Error {
        Error::Lost { reason: "gone".to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_lasted_begins_anew_and_a_short_one_does_not() {
        let mut reconnection = Reconnection::new();
        let _ = (0..10).map(|_| reconnection.after(&lost())).count();
        reconnection.connected();
        assert!(reconnection.after(&lost()) >= LONGEST_WAIT / 2);
        reconnection.connected();
        tokio::time::advance(LASTING).await;
        assert!(reconnection.after(&lost()) <= 2 * SHORTEST_WAIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_login_is_not_repeated_soon() {
        let error = Error::Login { reason: "not authorized" };
        assert_eq!(Reconnection::new().after(&error), LONGEST_WAIT);
    }
}
