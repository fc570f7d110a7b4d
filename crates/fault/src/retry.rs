//! The one retry policy: exponential backoff with jitter, `Retry-After` obeyed, one budget for a whole run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::{Backoff, Fault, chain};

const SHORTEST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const RETRIES_PER_CALL: u32 = 5;

/// Repeats calls that failed for a passing reason, as long as the budget of the run lasts.
///
/// A clone shares the budget, so a program has one however many clients and sinks it uses. Time spent in an attempt
/// that failed counts as much as time spent waiting.
#[derive(Debug, Clone)]
pub struct Retry {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    budget_ms: AtomicU64,
    retries: AtomicU64,
}

impl Retry {
    /// A policy that spends at most `budget` on failed attempts and the waits between them.
    pub fn with_budget(budget: Duration) -> Self {
        let budget_ms = AtomicU64::new(millis(budget));
        Self { shared: Arc::new(Shared { budget_ms, retries: AtomicU64::new(0) }) }
    }

    /// A policy that never repeats anything.
    pub fn never() -> Self {
        Self::with_budget(Duration::ZERO)
    }

    /// Number of retries so far.
    pub fn retries(&self) -> u64 {
        self.shared.retries.load(Ordering::Relaxed)
    }

    /// Calls `operation` until it succeeds, fails for good, or the budget is spent, and returns its last answer.
    ///
    /// A service that asks for a longer pause than the budget has left is not asked again: the answer comes back at
    /// once, so that the orchestrator can wait instead.
    pub async fn run<T, E: Fault + 'static>(
        &self,
        operation: impl AsyncFn() -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut backoff, mut retries) = (Backoff::between(SHORTEST_WAIT, LONGEST_WAIT), 0);
        loop {
            let started = Instant::now();
            let error = match operation().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            self.spend(started.elapsed());
            if !error.kind().is_passing() || retries == RETRIES_PER_CALL {
                return Err(error);
            }
            retries += 1;
            let delay = backoff.wait(error.retry_after());
            if !self.can_spend(delay) {
                return Err(error);
            }
            tracing::warn!(error = chain(&error), wait_ms = millis(delay), "trying again");
            tokio::time::sleep(delay).await;
            self.spend(delay);
            self.shared.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn can_spend(&self, delay: Duration) -> bool {
        self.shared.budget_ms.load(Ordering::Relaxed) > millis(delay)
    }

    fn spend(&self, time: Duration) {
        let left = self.shared.budget_ms.load(Ordering::Relaxed).saturating_sub(millis(time));
        self.shared.budget_ms.store(left, Ordering::Relaxed);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::Kind;

    #[derive(Debug)]
    struct Failed(Kind, Option<Duration>);

    impl std::fmt::Display for Failed {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{:?}", self.0)
        }
    }

    impl std::error::Error for Failed {}

    impl Fault for Failed {
        fn kind(&self) -> Kind {
            self.0
        }
        fn retry_after(&self) -> Option<Duration> {
            self.1
        }
    }

    async fn attempts(budget_s: u64, kind: Kind, after: Option<Duration>) -> (u32, Duration) {
        let calls = Cell::new(0);
        let started = Instant::now();
        let retry = Retry::with_budget(Duration::from_secs(budget_s));
        let result: Result<(), Failed> = retry
            .run(async || {
                calls.set(calls.get() + 1);
                Err(Failed(kind, after))
            })
            .await;
        assert!(result.is_err());
        assert_eq!(retry.retries(), u64::from(calls.get() - 1));
        (calls.get(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_fault_is_tried_again_within_the_budget() {
        let (calls, elapsed) = attempts(8, Kind::Temporary, None).await;
        assert!(calls > 2, "tried {calls} times");
        assert!(elapsed <= Duration::from_secs(8), "spent {elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lasting_fault_is_not_tried_again() {
        for kind in [Kind::Unauthorized, Kind::Rejected, Kind::Configuration] {
            assert_eq!(attempts(60, kind, None).await.0, 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_the_service_asked_for_is_respected() {
        let (calls, elapsed) = attempts(7, Kind::RateLimited, Some(Duration::from_secs(3))).await;
        assert_eq!(calls, 3);
        assert!(elapsed >= Duration::from_secs(6));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_longer_than_the_budget_ends_the_call_at_once() {
        let (calls, elapsed) = attempts(30, Kind::RateLimited, Some(Duration::from_mins(3))).await;
        assert_eq!((calls, elapsed), (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn clones_share_one_budget() {
        let retry = Retry::with_budget(Duration::from_secs(5));
        let other = retry.clone();
        let fail = async || Err::<(), _>(Failed(Kind::Temporary, None));
        let _ = retry.run(fail).await;
        let spent = retry.retries();
        let _ = other.run(fail).await;
        assert!(other.retries() - spent <= 2, "the second call found the budget nearly spent");
    }
}
