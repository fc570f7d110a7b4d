//! A sensor that is opened when it is needed, and opened again when it fails.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::polling::Polling;
use crate::context::Context;
use crate::{Exit, Failure, Stage};

/// The most attempts for one reading.
const ATTEMPTS: u32 = 3;
/// The pause for a sensor that is away within a reading.
const PAUSE: Duration = Duration::from_secs(1);

/// A sensor that is opened when it is needed, and opened again when it fails.
pub(crate) struct OpenSensor<'a, S, O, F> {
    context: &'a Context,
    polling: Polling,
    open: O,
    read: F,
    opened: Option<S>,
    has_answered: bool,
    /// Failure of the last attempt, if it failed. A signal to stop is no such failure.
    last_failure: Option<Failure>,
}

impl<'a, S, O, F> OpenSensor<'a, S, O, F> {
    pub(crate) fn new(context: &'a Context, polling: Polling, open: O, read: F) -> Self {
        Self { context, polling, open, read, opened: None, has_answered: false, last_failure: None }
    }

    /// Whether there ever was a reading.
    pub(crate) fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// Failure of the last attempt, if it failed.
    pub(crate) fn last_failure(&self) -> Option<Failure> {
        self.last_failure.clone()
    }

    /// Lets go of the sensor. The next reading opens it.
    pub(crate) fn close(&mut self) {
        self.opened = None;
    }

    /// One reading.
    ///
    /// An answer that broke its contract is read again: noise on a wire is gone the next time. A sensor that is away is opened
    /// again, as long as that takes less than half of the period: the next reading is due then anyway.
    pub(crate) async fn reading<R>(&mut self) -> Result<R, Failure>
    where
        O: AsyncFn() -> Result<S, Failure>,
        F: AsyncFn(&mut S) -> Result<R, Failure>,
    {
        let started = Instant::now();
        let mut attempt = 1;
        loop {
            let failure = match self.attempt().await {
                Ok(reading) => {
                    self.has_answered = true;
                    self.last_failure = None;
                    return Ok(reading);
                }
                Err(failure) => failure,
            };
            if failure.is_ended() {
                self.close();
                return Err(failure);
            }
            self.last_failure = Some(failure.clone());
            let is_noise = failure.exit() == Exit::Data;
            if !is_noise || attempt == ATTEMPTS {
                self.close();
            }
            let is_time_left = started.elapsed() + PAUSE < self.polling.interval / 2;
            if attempt == ATTEMPTS || !(is_noise || is_time_left) {
                return Err(failure);
            }
            tracing::debug!(error = failure.to_string(), attempt, "reading again");
            if !is_noise {
                sleep(PAUSE).await;
            }
            attempt += 1;
        }
    }

    async fn attempt<R>(&mut self) -> Result<R, Failure>
    where
        O: AsyncFn() -> Result<S, Failure>,
        F: AsyncFn(&mut S) -> Result<R, Failure>,
    {
        let mut sensor = match self.opened.take() {
            Some(sensor) => sensor,
            None => self.warm().await?,
        };
        let reading = self.context.within(Stage::Extract, (self.read)(&mut sensor)).await;
        self.opened = Some(sensor);
        reading
    }

    /// Opens the sensor and throws its first readings away.
    async fn warm<R>(&self) -> Result<S, Failure>
    where
        O: AsyncFn() -> Result<S, Failure>,
        F: AsyncFn(&mut S) -> Result<R, Failure>,
    {
        let mut sensor = self.context.within(Stage::Extract, (self.open)()).await?;
        for _ in 0..self.polling.warm_up {
            self.context.within(Stage::Extract, (self.read)(&mut sensor)).await?;
        }
        Ok(sensor)
    }
}
