//! Clocks of services: the system's, a fixed one, or one that advances with each request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock. Clones share their count of requests.
#[derive(Debug, Clone)]
pub struct Clock {
    start: Option<Timestamp>,
    step: SignedDuration,
    ticks: Arc<Mutex<HashMap<String, i32>>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { start: None, step: SignedDuration::ZERO, ticks: Arc::default() }
    }

    /// A fixed clock.
    pub fn fixed(now: Timestamp) -> Self {
        Self { start: Some(now), ..Self::system() }
    }

    /// Advances the clock by `step` after each request to an endpoint.
    ///
    /// Each endpoint has its own count, so that a program sees the next hour at its next run, however many other
    /// programs use the service.
    #[must_use]
    pub fn stepping(self, step: SignedDuration) -> Self {
        Self { step, ..self }
    }

    /// Time of a request to `endpoint`, cut to whole seconds.
    pub(crate) fn tick(&self, endpoint: &str) -> Timestamp {
        let mut ticks = self.ticks.lock().unwrap_or_else(PoisonError::into_inner);
        let count = ticks.entry(endpoint.to_owned()).or_default();
        let ahead = self.step.checked_mul(*count).unwrap_or_default();
        *count = count.saturating_add(1);
        let start = self.start.unwrap_or_else(Timestamp::now);
        let now = start.checked_add(ahead).unwrap_or(start);
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_moves_on_by_itself() {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let clock = Clock::fixed(noon).stepping(SignedDuration::from_hours(1));
        let other = clock.clone();
        assert_eq!(clock.tick("weather").to_string(), "2026-03-01T12:00:00Z");
        assert_eq!(other.tick("weather").to_string(), "2026-03-01T13:00:00Z");
        assert_eq!(clock.tick("air").to_string(), "2026-03-01T12:00:00Z");
    }
}
