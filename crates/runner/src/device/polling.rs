//! Readings of a sensor, one after the other.

use std::time::Duration;

use fault::Kind;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use record::Refused;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::backoff::Backoff;
use super::core::Core;
use super::readings::Reason;
use super::sensor::Sensor;
use super::staleness::Staleness;
use super::{Device, cadence, sanity};
use crate::arguments::Mode;
use crate::{Exit, Failure, Records, Stage};

/// How many readings may be on their way to the stores. With more, none is taken: there is no place to keep it.
const ON_THEIR_WAY: usize = 16;
/// The least that a reading may take before it counts as failed.
const LONG_READING: Duration = Duration::from_mins(2);

/// How a sensor is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// How long from one reading to the next.
    pub interval: Duration,
    /// How many readings are thrown away after each opening, while the sensor settles.
    pub warm_up: u32,
    /// After how many identical readings in a row the sensor counts as stuck; `None` where it may well show the same
    /// for long. `STALE_AFTER_READINGS` goes before it.
    pub stale_after: Option<u32>,
}

impl<C> Device<C> {
    /// Reads a sensor until the program has to end; once, where the program was called for one reading.
    ///
    /// - What breaks its contract, such as a wrong checksum, is read again at once, twice at most. After any other
    ///   failure the sensor is opened again.
    /// - A sensor that goes on failing is read less and less often, down to once a minute or once a period, whichever
    ///   is longer, and people hear of it.
    /// - Records with a value that cannot be, and those of a sensor that is stuck, are not stored.
    /// - The stores are not waited for. A period without drift begins each reading, and one that is late is left out.
    ///
    /// `open` opens the source and `read` makes records of one reading. An error of the source in either of them is one
    /// of the stage `extract`, so `?` is all it needs. Both are ended when the program has to end.
    ///
    /// # Errors
    ///
    /// One reading was asked for and there was none; or the sensor never answered, because of a setting.
    pub async fn poll<S, R: Records>(
        &self,
        polling: Polling,
        open: impl AsyncFn() -> Result<S, Failure>,
        read: impl AsyncFn(&mut S) -> Result<R, Failure>,
    ) -> Result<(), Failure> {
        let stale_after = self.core.settings.watching.stale_after.or(polling.stale_after).unwrap_or(0);
        let poller = Poller {
            core: &self.core,
            interval: polling.interval,
            sensor: Sensor::new(&self.core.context, polling, open, read),
            staleness: Staleness::after(stale_after),
        };
        if self.core.context.request.is_endless { poller.run().await } else { poller.once().await }
    }
}

struct Poller<'a, S, O, F> {
    core: &'a Core,
    interval: Duration,
    sensor: Sensor<'a, S, O, F>,
    staleness: Staleness,
}

/// What is wrong with a reading: for each batch its rows, and all of it in words.
struct Doubts {
    rows: Vec<Vec<Refused>>,
    failure: Option<(Reason, Failure)>,
}

impl<S, R, O, F> Poller<'_, S, O, F>
where
    R: Records,
    O: AsyncFn() -> Result<S, Failure>,
    F: AsyncFn(&mut S) -> Result<R, Failure>,
{
    async fn run(mut self) -> Result<(), Failure> {
        let core = self.core;
        let ended = core.context.interrupt.raised();
        tokio::pin!(ended);
        let mut on_their_way = FuturesUnordered::<LocalBoxFuture<'_, Result<(), Failure>>>::new();
        let (mut due, mut period) = (Instant::now(), self.interval);
        loop {
            core.health.turn(period, due.saturating_duration_since(Instant::now()));
            let next = async {
                sleep_until(due).await;
                self.reading().await
            };
            let reading = tokio::select! {
                biased;
                _ = &mut ended => break,
                reading = beside(next, &mut on_their_way) => reading?,
            };
            let wait = match reading {
                Ok(reading) => {
                    let doubts = self.doubts(&reading);
                    match &doubts.failure {
                        Some((reason, failure)) => core.failed(*reason, failure),
                        None => core.good(),
                    }
                    on_their_way.push(Box::pin(load(core, reading, doubts.rows)));
                    period = core.next_in.take().unwrap_or(self.interval);
                    period
                }
                Err(failure) if failure.is_ended() => break,
                Err(failure) if failure.exit() == Exit::Configuration && !self.sensor.has_answered() => {
                    return Err(failure);
                }
                Err(failure) => {
                    core.failed(Reason::of(&failure), &failure);
                    cadence::after_failures(self.interval, core.readings.in_a_row())
                }
            };
            due = cadence::next(due, wait, Instant::now());
        }
        while let Some(kept) = on_their_way.next().await {
            kept?;
        }
        Ok(())
    }

    /// One good reading, tried again until the deadline.
    async fn once(mut self) -> Result<(), Failure> {
        let mut backoff = Backoff::new();
        let mut last: Option<Failure> = None;
        loop {
            let failure = match self.reading().await {
                Ok(reading) => match self.doubts(&reading).failure {
                    None => return load(self.core, reading, Vec::new()).await,
                    Some((_, failure)) => failure,
                },
                Err(failure) => failure,
            };
            if failure.is_ended() {
                // What kept it from being done says more than that it was not.
                let why = self.sensor.last_failure().or(last);
                return Err(why.map_or(failure.clone(), |why| why.adding(&failure.to_string())));
            }
            if self.core.context.request.mode == Mode::Check || failure.exit() == Exit::Configuration {
                return Err(failure);
            }
            let wait = backoff.wait(None);
            tracing::warn!(error = failure.to_string(), wait_seconds = wait.as_secs_f64(), "reading again");
            tokio::select! {
                biased;
                reason = self.core.context.interrupt.raised() => return Err(failure.adding(&reason.to_string())),
                () = sleep(wait) => {}
            }
            last = Some(failure);
        }
    }

    async fn reading(&mut self) -> Result<R, Failure> {
        // A reading that fails may have said something.
        self.core.next_in.take();
        let limit = self.interval.saturating_mul(3).max(LONG_READING);
        let reading = timeout(limit, self.sensor.reading()).await;
        reading.unwrap_or_else(|_| {
            self.sensor.close();
            let message = format!("no reading within {} s", limit.as_secs());
            Err(Failure::new(Stage::Extract, Kind::Temporary, message))
        })
    }

    fn doubts(&mut self, reading: &R) -> Doubts {
        let mut doubts = Doubts { rows: Vec::new(), failure: None };
        for batch in reading.batches() {
            let impossible = sanity::impossible(&batch);
            let stuck = self.staleness.stuck(&batch);
            let reason = if impossible.is_empty() { Reason::Stale } else { Reason::OutOfRange };
            let rows = [impossible, stuck].concat();
            if let (Some(first), None) = (rows.first(), &doubts.failure) {
                let failure = Failure::new(Stage::Transform, Kind::Rejected, first.reason.clone());
                doubts.failure = Some((reason, failure));
            }
            doubts.rows.push(rows);
        }
        doubts
    }
}

/// Makes a reading durable, but for the rows that are in doubt.
async fn load<R: Records>(core: &Core, reading: R, doubtful: Vec<Vec<Refused>>) -> Result<(), Failure> {
    let mut doubtful = doubtful.into_iter();
    let mut batches = Vec::new();
    for batch in reading.batches() {
        let rows = doubtful.next().unwrap_or_default();
        batches.push(batch.filter(|row| rows.iter().all(|doubt| doubt.row != row)));
    }
    batches.retain(|batch| !batch.is_empty());
    core.load_sane(&batches).await
}

/// Waits for the next reading while others are on their way; fails when one of those does.
async fn beside<T>(
    next: impl Future<Output = T>,
    on_their_way: &mut FuturesUnordered<LocalBoxFuture<'_, Result<(), Failure>>>,
) -> Result<T, Failure> {
    while on_their_way.len() >= ON_THEIR_WAY {
        on_their_way.next().await.unwrap_or(Ok(()))?;
    }
    tokio::pin!(next);
    loop {
        tokio::select! {
            biased;
            next = &mut next => return Ok(next),
            Some(kept) = on_their_way.next() => kept?,
        }
    }
}
