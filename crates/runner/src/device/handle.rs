//! A device, as the program sees it.

use std::ops::Deref;
use std::rc::Rc;
use std::time::Duration;

use fault::Fault;
use record::{Batch, Record};

use super::check::Check;
use super::core::Core;
use super::counter::Counter;
use super::poller;
use super::polling::Polling;
use super::sensor::Sensor;
use crate::arguments::Mode;
use crate::{Environment, Failure, Finding, Records};

/// Time for a sensor to be left. It suffices for one answer that is lost.
const FAREWELL: Duration = Duration::from_secs(2);

/// A program that runs until it is stopped: its settings, environment and source, and the way of its records.
#[derive(Debug)]
pub struct Device<C> {
    /// The program's own settings.
    pub config: C,
    pub(crate) core: Rc<Core>,
}

impl<C> Device<C> {
    /// The period of readings: `INTERVAL_SECONDS`, where [`Program::every`](crate::Program::every) declares it;
    /// else a minute.
    pub fn interval(&self) -> Duration {
        self.core.settings.interval
    }

    /// Whether it takes one reading and ends (`--once`).
    pub fn is_once(&self) -> bool {
        self.core.context.request.is_once
    }

    /// Whether it prints its records and writes nothing (`--dry-run`). A source that forgets the data it has
    /// delivered is to be read another way then.
    pub fn is_dry_run(&self) -> bool {
        self.core.context.request.mode == Mode::DryRun
    }

    /// The check that was asked for, where the program was called with `--check`. [`Device::poll`] sees to it by itself.
    pub fn check(&self) -> Option<Check<'_>> {
        let request = &self.core.context.request;
        (request.mode == Mode::Check).then(|| Check { arguments: &request.operands, lines: &self.core.lines })
    }

    /// Asks the source.
    ///
    /// # Errors
    ///
    /// The error of the call, at the stage `extract`; or that the program has to end.
    pub async fn extract<T, E: Fault + 'static>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.core.context.extract(call).await
    }

    /// Takes the outcome of a transformation: the reply of the source, as records.
    ///
    /// # Errors
    ///
    /// The error, at the stage `transform`: the source broke its contract.
    pub fn transform<T, E: std::error::Error + 'static>(&self, outcome: Result<T, E>) -> Result<T, Failure> {
        self.core.context.transform(outcome)
    }

    /// Reads a sensor until the program has to end; once, where the program was called for one reading.
    ///
    /// - An answer that broke its contract, such as a wrong checksum, is read again at once, twice at most. After any
    ///   other failure the sensor is opened again.
    /// - A sensor that goes on failing is read less and less often, down to once a minute or once a period, whichever
    ///   is longer, and it becomes an alert.
    /// - Invalid records, and those of a sensor that is stuck, are not stored.
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
        poller::poll(&self.core, &self.core.main, polling, open, read).await
    }

    /// One of several sensors of the device, by a name that stays the same. Each is polled by itself, several at once:
    ///
    /// ```
    /// # use record::{Record, Timestamp};
    /// # use runner::{Device, Failure, Polling};
    /// # #[derive(Record)]
    /// # #[record(measurement = "air")]
    /// # struct Air { #[record(time)] at: Timestamp, #[record(tag)] room: &'static str, /// Temperature.
    /// # temp: f64 }
    /// # async fn temp(room: &str) -> Result<f64, Failure> { Ok(21.5) }
    /// async fn measure(device: &Device<()>) -> Result<(), Failure> {
    ///     let polling = Polling { interval: device.interval(), warm_up: 0, stale_after: None };
    ///     let poll = async |room: &'static str| {
    ///         let read = async |(): &mut ()| Ok([Air { at: Timestamp::now(), room, temp: temp(room).await? }]);
    ///         device.sensor(room).poll(polling, async || Ok(()), read).await
    ///     };
    ///     tokio::try_join!(poll("attic"), poll("cellar"))?;
    ///     Ok(())
    /// }
    /// ```
    pub fn sensor(&self, name: &str) -> Sensor {
        Sensor::new(Rc::clone(&self.core), self.core.sensor(name))
    }

    /// Stores records of one type or, as a tuple, of several: `device.load((&rows, &points))`. When this returns, each
    /// of them is durable: in its stores, in the spool or, where it was refused for good, in the dead letters. Many calls
    /// may be under way at once.
    ///
    /// While neither a store nor the spool takes them, it waits: nothing may be acknowledged to the source until then.
    ///
    /// # Errors
    ///
    /// The program has to end before that, or no store of `SINK` can hold such records. A failure of one type keeps no
    /// other from being stored.
    pub async fn load(&self, records: impl Records) -> Result<(), Failure> {
        self.core.load(&self.core.main, &records).await
    }

    /// Stores records under a name that a setting decides.
    ///
    /// # Errors
    ///
    /// As for [`Device::load`].
    pub async fn load_as<R: Record>(&self, name: &str, records: &[R]) -> Result<(), Failure> {
        self.load(Batch::of(records).named(name)).await
    }

    /// Puts input that makes no record into the dead letters: the input (as JSON), its origin, and the reason.
    ///
    /// The caller sees to it that a flood of the same is sampled. If it cannot be written, it is logged. With
    /// `--dry-run` nothing is kept.
    pub fn bury(&self, from: &str, json: &str, reason: &str) {
        self.core.bury(from, json, reason);
    }

    /// Notes that the source is alive: a message was handled, whether or not it made a record.
    pub fn progress(&self) {
        self.core.progress(&self.core.main);
    }

    /// Notes whether the source is connected, as `/readyz` shows it. A source that makes progress is.
    pub fn connected(&self, is_connected: bool) {
        self.core.main.health.connected(is_connected);
    }

    /// Notes a finding of the program, which becomes an alert.
    pub fn observe(&self, finding: Finding) {
        self.core.observe(finding);
    }

    /// A counter of the program's own on `/metrics`, where `_total` is added to its name.
    pub fn count(&self, name: &'static str, help: &'static str) -> Counter {
        self.core.counters.counter(name, help, Vec::new())
    }

    /// One of several counters of a name, distinguished by a label: messages by outcome.
    pub fn count_by(
        &self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        value: &str,
    ) -> Counter {
        self.core.counters.counter(name, help, vec![(label, value.to_owned())])
    }

    /// Inside of a reading: sets the time from its due time to that of the next one, in place of the period.
    pub fn next_in(&self, wait: Duration) {
        self.core.main.next_in.set(Some(wait));
    }

    /// Leaves a sensor as it should be while no program looks after it. It is given two seconds, since the program has
    /// to end.
    pub async fn leave(&self, farewell: impl Future<Output = ()>) {
        // A sensor that does not answer in time is left as it is.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

impl<C> Deref for Device<C> {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.core.context.environment
    }
}
