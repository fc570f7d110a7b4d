//! Whether a device is alive, and whether it does what it is for.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

/// Progress within so many periods is progress.
const PERIODS: u32 = 3;
/// What a loop may take for one turn on top of its periods.
const LONG_TURN: Duration = Duration::from_mins(3);
/// How long records may wait to be stored or spooled.
const LONG_WAIT: Duration = Duration::from_secs(30);

/// Whether a device is alive, and whether it does what it is for. All of it is by the monotonic clock.
#[derive(Debug)]
pub(crate) struct Health {
    /// How long from one reading to the next; `None` for a stream, which has its own time.
    period: Cell<Option<Duration>>,
    last_progress: Cell<Option<Instant>>,
    last_turn: Cell<Instant>,
    /// How long from the last turn to the next: longer than a period while the sensor fails.
    rest: Cell<Duration>,
    is_connected: Cell<bool>,
    keeping: Cell<usize>,
    /// When something was made durable last or, where nothing was on its way, when it began.
    kept: Cell<Instant>,
}

/// Records are on their way while this lives.
#[derive(Debug)]
pub(crate) struct Keeping<'a>(&'a Health);

impl Health {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            period: Cell::new(None),
            last_progress: Cell::new(None),
            last_turn: Cell::new(now),
            rest: Cell::new(Duration::ZERO),
            is_connected: Cell::new(false),
            keeping: Cell::new(0),
            kept: Cell::new(now),
        }
    }

    /// Notes a reading, a delivery or a message.
    pub(crate) fn progress(&self) {
        self.last_progress.set(Some(Instant::now()));
        self.is_connected.set(true);
    }

    /// Notes that the loop came round, how long a period is now, and how long it is to the next reading.
    pub(crate) fn turn(&self, period: Duration, rest: Duration) {
        self.period.set(Some(period));
        self.rest.set(rest);
        self.last_turn.set(Instant::now());
    }

    pub(crate) fn connected(&self, is_connected: bool) {
        self.is_connected.set(is_connected);
    }

    /// Notes that records are on their way.
    pub(crate) fn keeping(&self) -> Keeping<'_> {
        if self.keeping.get() == 0 {
            self.kept.set(Instant::now());
        }
        self.keeping.set(self.keeping.get() + 1);
        Keeping(self)
    }

    /// Why the program should be started anew, if it should.
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

    /// Why nothing is to be expected of the device now, if so. A delivery is progress of a sensor as well.
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
        let since = self.kept.get().elapsed();
        if self.keeping.get() > 0 && since > LONG_WAIT {
            return Err(format!("records have waited to be stored for {} s", since.as_secs()));
        }
        Ok(())
    }
}

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        self.0.keeping.set(self.0.keeping.get().saturating_sub(1));
        self.0.kept.set(Instant::now());
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
        let kept = health.keeping();
        advance(LONG_WAIT * 2).await;
        assert!(health.ready(None).unwrap_err().contains("60 s"));
        drop(kept);
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
