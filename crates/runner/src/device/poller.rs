//! The poller: reads a sensor by its schedule, judges each reading, and sends it on.

use std::time::Duration;

use fault::Kind;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use record::Refused;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::cadence;
use super::core::Core;
use super::open_sensor::OpenSensor;
use super::polling::Polling;
use super::readings::FailureReason;
use super::source::DeviceSource;
use super::staleness::Staleness;
use crate::arguments::Mode;
use crate::judged::Judged;
use crate::{Exit, Failure, Records, Stage};

/// The most readings that may be on their way to the stores. With more, none is taken: there is no place for it.
const ON_THEIR_WAY: usize = 16;
/// The least time for a reading before it counts as failed.
const LONG_READING: Duration = Duration::from_mins(2);

/// Reads a sensor until the program has to end; once, where the program was called for one reading.
pub(crate) async fn poll<S, R: Records>(
    core: &Core,
    source: &DeviceSource,
    polling: Polling,
    open: impl AsyncFn() -> Result<S, Failure>,
    read: impl AsyncFn(&mut S) -> Result<R, Failure>,
) -> Result<(), Failure> {
    let stale_after = core.settings.watching.stale_after.or(polling.stale_after).unwrap_or(0);
    let poller = Poller {
        core,
        source,
        interval: polling.interval,
        sensor: OpenSensor::new(&core.context, polling, open, read),
        staleness: Staleness::after(stale_after),
    };
    if core.context.request.is_endless { poller.run().await } else { poller.once().await }
}

struct Poller<'a, S, O, F> {
    core: &'a Core,
    source: &'a DeviceSource,
    interval: Duration,
    sensor: OpenSensor<'a, S, O, F>,
    staleness: Staleness,
}

/// The rows of a reading that are in doubt, for each batch, and the failure with the reason.
struct Doubts {
    rows: Vec<Vec<Refused>>,
    failure: Option<(FailureReason, Failure)>,
}

impl<S, R, O, F> Poller<'_, S, O, F>
where
    R: Records,
    O: AsyncFn() -> Result<S, Failure>,
    F: AsyncFn(&mut S) -> Result<R, Failure>,
{
    async fn run(mut self) -> Result<(), Failure> {
        let (core, source) = (self.core, self.source);
        let ended = core.context.interrupt.raised();
        tokio::pin!(ended);
        let mut on_their_way = FuturesUnordered::<LocalBoxFuture<'_, Result<(), Failure>>>::new();
        let (mut due, mut period) = (Instant::now(), self.interval);
        loop {
            source.health.turn(period, due.saturating_duration_since(Instant::now()));
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
                        Some((reason, failure)) => core.failed(source, *reason, failure),
                        None => core.good(source),
                    }
                    on_their_way.push(Box::pin(load(core, source, reading, doubts.rows)));
                    period = source.next_in.take().unwrap_or(self.interval);
                    period
                }
                Err(failure) if failure.is_ended() => break,
                Err(failure) if failure.exit() == Exit::Configuration && !self.sensor.has_answered() => {
                    return Err(failure);
                }
                Err(failure) => {
                    core.failed(source, FailureReason::of(&failure), &failure);
                    cadence::after_failures(self.interval, source.readings.in_a_row())
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
        let mut backoff = cadence::backoff();
        let mut last: Option<Failure> = None;
        loop {
            let failure = match self.reading().await {
                Ok(reading) => match self.doubts(&reading).failure {
                    None => return load(self.core, self.source, reading, Vec::new()).await,
                    Some((_, failure)) => failure,
                },
                Err(failure) => failure,
            };
            if failure.is_ended() {
                // The earlier failure says more than that the program has to end.
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
        // A failed reading may have set the time of the next one.
        self.source.next_in.take();
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
            let Judged { invalid, .. } = Judged::of(&batch);
            let stuck = self.staleness.stuck(&batch);
            let reason = if invalid.is_empty() { FailureReason::Stale } else { FailureReason::OutOfRange };
            let rows = [invalid, stuck].concat();
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
async fn load<R: Records>(
    core: &Core,
    source: &DeviceSource,
    reading: R,
    doubtful: Vec<Vec<Refused>>,
) -> Result<(), Failure> {
    let mut doubtful = doubtful.into_iter();
    let mut records = Vec::new();
    for batch in reading.batches() {
        records.push(Judged::valid(batch.filter_out(&doubtful.next().unwrap_or_default())));
    }
    records.retain(|judged| !judged.valid.is_empty());
    core.load_all(source, &records).await
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
