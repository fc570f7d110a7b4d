//! Rate limit of requests: a token bucket for one minute.

use std::cell::Cell;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_mins(1);

/// A token bucket.
#[derive(Debug)]
pub struct TokenBucket {
    per_minute: f64,
    /// Number of tokens at a time.
    content: Cell<(f64, Instant)>,
}

impl TokenBucket {
    /// Creates a full bucket; at least one request per minute is allowed.
    pub fn new(per_minute: u32, now: Instant) -> Self {
        let per_minute = f64::from(per_minute.max(1));
        Self { per_minute, content: Cell::new((per_minute, now)) }
    }

    /// Takes a token.
    ///
    /// # Errors
    ///
    /// The number of seconds until the next token.
    pub fn take(&self, now: Instant) -> Result<(), u64> {
        let (left, then) = self.content.get();
        let gained = now.duration_since(then).div_duration_f64(MINUTE) * self.per_minute;
        let content = (left + gained).min(self.per_minute);
        let taken = content >= 1.0;
        self.content.set((if taken { content - 1.0 } else { content }, now));
        if taken {
            return Ok(());
        }
        let wait = MINUTE.mul_f64((1.0 - content) / self.per_minute);
        Err(wait.as_secs() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_a_minute_is_taken_and_then_one_at_a_time() {
        let start = Instant::now();
        let bucket = TokenBucket::new(6, start);
        assert!((0..6).all(|_| bucket.take(start).is_ok()));
        assert_eq!(bucket.take(start), Err(11));
        assert_eq!(bucket.take(start + Duration::from_secs(4)), Err(7));
        assert_eq!(bucket.take(start + Duration::from_secs(11)), Ok(()));
        assert!(bucket.take(start + Duration::from_secs(11)).is_err());
    }

    #[test]
    fn unused_requests_are_not_accumulated() {
        let start = Instant::now();
        let bucket = TokenBucket::new(2, start);
        let later = start + Duration::from_hours(1);
        assert!(bucket.take(later).is_ok() && bucket.take(later).is_ok() && bucket.take(later).is_err());
    }
}
