//! When a message arrived: the wall clock, never the same time twice.

use std::time::Duration;

use record::Timestamp;

/// A clock that went back by more than this was set; a smaller step is how clocks are.
const SET_BACK: Duration = Duration::from_secs(1);
/// SQLite and PostgreSQL keep no more of a time.
const STEP: Duration = Duration::from_micros(1);

/// Gives each message a time of its own, so that two readings of a series are two points.
#[derive(Debug, Default)]
pub struct Arrival {
    last: Option<Timestamp>,
}

impl Arrival {
    /// The time of the next message, where the clock says `now`.
    ///
    /// It is `now`, cut to whole microseconds, or a microsecond after the last one. A clock that was set back is
    /// followed.
    pub fn next(&mut self, now: Timestamp) -> Timestamp {
        let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        let time = match self.last {
            Some(last) if last >= now && !was_set_back(last, now) => last.checked_add(STEP).unwrap_or(now),
            _ => now,
        };
        self.last = Some(time);
        time
    }
}

fn was_set_back(last: Timestamp, now: Timestamp) -> bool {
    Duration::try_from(last.duration_since(now)).is_ok_and(|back| back > SET_BACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanosecond: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanosecond).unwrap()
    }

    #[test]
    fn no_two_messages_have_the_same_time() {
        let mut arrival = Arrival::default();
        let times = [10_000, 10_999, 10_000, 11_500, 20_001].map(|now| arrival.next(at(now)).as_nanosecond());
        assert_eq!(times, [10_000, 11_000, 12_000, 13_000, 20_000]);
    }

    #[test]
    fn a_clock_that_was_set_is_followed() {
        let mut arrival = Arrival::default();
        arrival.next(at(10_000_000_000));
        assert_eq!(arrival.next(at(9_500_000_000)), at(10_000_001_000));
        assert_eq!(arrival.next(at(5_000_000_000)), at(5_000_000_000));
        assert_eq!(arrival.next(at(90_000_000_000)), at(90_000_000_000));
    }
}
