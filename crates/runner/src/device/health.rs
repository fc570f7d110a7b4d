//! The health of a source: whether it is alive, and whether it is ready.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// Number of periods within which a source has to make progress.
const PERIODS: u32 = 3;
/// Time for one turn of the loop on top of its periods.
const LONG_TURN: Duration = Duration::from_mins(3);
/// The longest time for records to be stored or spooled.
const LONG_WAIT: Duration = Duration::from_secs(30);

/// The health of a source: whether it is alive, and whether it is ready. All times are of the monotonic clock.
#[derive(Debug)]
pub(crate) struct Health {
    /// Time from one reading to the next; `None` for a stream, which has its own time.
    period: Cell<Option<Duration>>,
    last_progress: Cell<Option<Instant>>,
    last_turn: Cell<Instant>,
    /// Time from the last turn to the next: longer than a period while the sensor fails.
    rest: Cell<Duration>,
    is_connected: Cell<bool>,
    storing: Cell<usize>,
    /// Time at which records were last made durable or, if none were on their way, at which the first came.
    stored: Cell<Instant>,
}

/// Records are on their way while this lives.
#[derive(Debug)]
pub(crate) struct Storing<'a>(&'a Health);

impl Health {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            period: Cell::new(None),
            last_progress: Cell::new(None),
            last_turn: Cell::new(now),
            rest: Cell::new(Duration::ZERO),
            is_connected: Cell::new(false),
            storing: Cell::new(0),
            stored: Cell::new(now),
        }
    }

    /// Notes a reading, a delivery or a message.
    pub(crate) fn progress(&self) {
        self.last_progress.set(Some(Instant::now()));
        self.is_connected.set(true);
    }

    /// Notes a turn of the loop, with the present period and the time to the next reading.
    pub(crate) fn turn(&self, period: Duration, rest: Duration) {
        self.period.set(Some(period));
        self.rest.set(rest);
        self.last_turn.set(Instant::now());
    }

    /// Whether anything is known of the source.
    pub(crate) fn is_used(&self) -> bool {
        self.period.get().is_some() || self.last_progress.get().is_some() || self.is_connected.get()
    }

    pub(crate) fn connected(&self, is_connected: bool) {
        self.is_connected.set(is_connected);
    }

    /// Notes that records are on their way.
    pub(crate) fn storing(&self) -> Storing<'_> {
        if self.storing.get() == 0 {
            self.stored.set(Instant::now());
        }
        self.storing.set(self.storing.get() + 1);
        Storing(self)
    }

    /// Fails where the program should be started anew, and says why.
    pub(crate) fn alive(&self) -> Result<(), String> {
        let Some(period) = self.period.get() else { return Ok(()) };
        let since = self.last_turn.get().elapsed();
        let most = period.saturating_mul(PERIODS).saturating_add(self.rest.get()).saturating_add(LONG_TURN);
        if since > most {
            Err(format!("nothing was read or tried for {} s", since.as_secs()))
        } else {
            Ok(())
        }
    }

    /// Fails where nothing is to be expected of the source now, and says why. A delivery is progress of a sensor as well.
    pub(crate) fn ready(&self, last_delivery: Option<Instant>) -> Result<(), String> {
        let Some(period) = self.period.get() else { return self.streams() };
        let Some(last) = self.last_progress.get().max(last_delivery) else {
            return Err("nothing was read yet".to_owned());
        };
        let since = last.elapsed();
        if since > period.saturating_mul(PERIODS) {
            return Err(format!("nothing was read or delivered for {} s", since.as_secs()));
        }
        Ok(())
    }

    fn streams(&self) -> Result<(), String> {
        if !self.is_connected.get() {
            return Err("the source is not connected".to_owned());
        }
        let since = self.stored.get().elapsed();
        if self.storing.get() > 0 && since > LONG_WAIT {
            return Err(format!("records have waited to be stored for {} s", since.as_secs()));
        }
        Ok(())
    }
}

impl Drop for Storing<'_> {
    fn drop(&mut self) {
        self.0.storing.set(self.0.storing.get().saturating_sub(1));
        self.0.stored.set(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const PERIOD: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_sensor_is_ready_for_three_periods_after_a_reading_or_a_delivery() {
        let health = Health::new();
        health.turn(PERIOD, Duration::ZERO);
        assert_eq!(health.ready(None).unwrap_err(), "nothing was read yet");
        health.progress();
        advance(PERIOD * 3).await;
        assert_eq!(health.ready(None), Ok(()));
        advance(PERIOD).await;
        assert_eq!(health.ready(None).unwrap_err(), "nothing was read or delivered for 40 s");
        assert_eq!(health.ready(Some(Instant::now())), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_is_ready_while_it_is_connected_and_nothing_is_held_up() {
        let health = Health::new();
        assert!(health.ready(None).is_err());
        health.connected(true);
        assert_eq!(health.ready(None), Ok(()));
        let storing = health.storing();
        advance(LONG_WAIT * 2).await;
        assert!(health.ready(None).unwrap_err().contains("60 s"));
        drop(storing);
        assert_eq!(health.ready(None), Ok(()));
        health.connected(false);
        assert!(health.ready(None).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_does_not_come_round_is_not_alive_and_a_quiet_stream_is() {
        let health = Health::new();
        advance(Duration::from_hours(5)).await;
        assert_eq!(health.alive(), Ok(()));
        health.turn(PERIOD, Duration::ZERO);
        advance(PERIOD * 3 + LONG_TURN).await;
        assert_eq!(health.alive(), Ok(()));
        advance(PERIOD).await;
        assert!(health.alive().is_err());
    }
}
