//! Messages per second.

use std::time::{Duration, Instant};

/// Messages, and the time they took.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rate {
    pub(super) messages: usize,
    pub(super) took: Duration,
}

impl Rate {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(super) fn per_second(self) -> f64 {
        self.messages as f64 / self.took.as_secs_f64().max(1e-9)
    }
}

/// Watches a count that grows.
#[derive(Debug)]
pub(super) struct Progress {
    started: Option<Instant>,
    /// Count at the start.
    first: usize,
    count: usize,
    last: Instant,
}

impl Progress {
    /// Starts at an instant, or at the first change of the count.
    pub(super) fn since(started: Option<Instant>) -> Self {
        Self { started, first: 0, count: 0, last: Instant::now() }
    }

    /// Notes the present count.
    pub(super) fn see(&mut self, count: usize) {
        if count == self.count {
            return;
        }
        self.count = count;
        self.last = Instant::now();
        if self.started.is_none() {
            (self.started, self.first) = (Some(self.last), count);
        }
    }

    /// Time for which the count has been the same.
    pub(super) fn silence(&self) -> Duration {
        self.last.elapsed()
    }

    pub(super) fn rate(&self) -> Rate {
        let took = self.started.map_or(Duration::ZERO, |started| self.last.duration_since(started));
        Rate { messages: self.count - self.first, took }
    }
}
