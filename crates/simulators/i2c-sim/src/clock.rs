//! Clock of simulated sensors.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use embedded_hal_async::delay::DelayNs;

/// Clock of simulated sensors: time since power-on. Clones share it.
///
/// It is a delay for drivers as well. A wait advances a manual clock; a running clock does not wait, so its driver
/// needs another delay.
#[derive(Debug, Clone)]
pub struct Clock {
    moved: Arc<AtomicU64>,
    runs: Option<(Instant, u32)>,
}

impl Clock {
    /// A clock that stands still but for [`Clock::advance`] and the waits of a driver.
    pub fn manual() -> Self {
        Self { moved: Arc::default(), runs: None }
    }

    /// A clock that runs `times` as fast as ours.
    pub fn running(times: u32) -> Self {
        Self { moved: Arc::default(), runs: Some((Instant::now(), times)) }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.moved.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether it runs by itself.
    pub(crate) fn runs(&self) -> bool {
        self.runs.is_some()
    }

    /// Time since power-on.
    pub fn now(&self) -> Duration {
        let moved = Duration::from_nanos(self.moved.load(Ordering::Relaxed));
        self.runs.map_or(moved, |(start, times)| moved + start.elapsed() * times)
    }
}

impl DelayNs for Clock {
    async fn delay_ns(&mut self, ns: u32) {
        self.advance(Duration::from_nanos(ns.into()));
    }
}
