//! Clock for arrival times, which never returns the same time twice.

use std::time::Duration;

use record::Timestamp;

/// Smallest backward step that counts as a clock change; smaller ones are jitter.
const SET_BACK: Duration = Duration::from_secs(1);
/// Resolution of times in SQLite and PostgreSQL.
const STEP: Duration = Duration::from_micros(1);

/// Clock that gives each message a unique time, so that two readings of a series are two points.
#[derive(Debug, Default)]
pub struct ArrivalClock {
    last: Option<Timestamp>,
}

impl ArrivalClock {
    /// Time of the next message, at the wall-clock time `now`.
    ///
    /// It is `now` in whole microseconds, or a microsecond after the last time. A clock that was set back is followed.
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
        let mut arrival = ArrivalClock::default();
        let times = [10_000, 10_999, 10_000, 11_500, 20_001].map(|now| arrival.next(at(now)).as_nanosecond());
        assert_eq!(times, [10_000, 11_000, 12_000, 13_000, 20_000]);
    }

    #[test]
    fn a_clock_change_is_followed() {
        let mut arrival = ArrivalClock::default();
        arrival.next(at(10_000_000_000));
        assert_eq!(arrival.next(at(9_500_000_000)), at(10_000_001_000));
        assert_eq!(arrival.next(at(5_000_000_000)), at(5_000_000_000));
        assert_eq!(arrival.next(at(90_000_000_000)), at(90_000_000_000));
    }
}
