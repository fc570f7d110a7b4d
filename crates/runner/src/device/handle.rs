//! A device, as the program sees it.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use fault::Fault;
use http_client::Client;
use record::{Batch, Timestamp};
use rustls::ClientConfig;
use secret::Redactor;
use state::State;

use super::core::Core;
use super::{Check, Counter};
use crate::arguments::Mode;
use crate::{Failure, Finding};

/// How long a sensor may take to be left. That is time for one answer that is lost.
const FAREWELL: Duration = Duration::from_secs(2);

/// A program that runs until it is stopped: its settings, its source, and what it hands over.
#[derive(Debug)]
pub struct Device<C> {
    /// The program's own settings.
    pub config: C,
    pub(crate) core: Rc<Core>,
}

impl<C> Device<C> {
    /// The HTTP client of the program. While the device runs on, it repeats nothing by itself: the next reading does.
    pub fn http(&self) -> &Client {
        &self.core.context.http
    }

    /// Whom connections of the program trust.
    pub fn tls(&self) -> &ClientConfig {
        &self.core.context.tls
    }

    /// The stores that are configured, for a program that reads what others stored.
    pub fn stores(&self) -> &sink_router::Config {
        &self.core.context.stores
    }

    /// What the program remembers from one start to the next.
    pub fn state(&self) -> &State {
        &self.core.context.state
    }

    /// When the program started.
    pub fn started(&self) -> Timestamp {
        self.core.context.started
    }

    /// The folder for what has to survive a restart (`SPOOL_DIR`).
    pub fn spool_folder(&self) -> &Path {
        &self.core.context.spool_folder
    }

    /// Scrubs text of every secret of the program.
    pub fn redactor(&self) -> &Redactor {
        &self.core.context.redactor
    }

    /// How often the device reads: `INTERVAL_SECONDS`, where [`Program::every`](crate::Program::every) declares it;
    /// else a minute.
    pub fn interval(&self) -> Duration {
        self.core.settings.interval
    }

    /// Whether it takes one reading and ends (`--once`).
    pub fn is_once(&self) -> bool {
        self.core.context.request.is_once
    }

    /// Whether it prints its records and writes nothing (`--dry-run`). A source that would forget what was taken from
    /// it is to be read another way then.
    pub fn is_dry_run(&self) -> bool {
        self.core.context.request.mode == Mode::DryRun
    }

    /// What to check, where the program was called with `--check`. [`Device::poll`] sees to it by itself.
    pub fn check(&self) -> Option<Check<'_>> {
        let request = &self.core.context.request;
        (request.mode == Mode::Check).then(|| Check { arguments: &request.operands, lines: &self.core.lines })
    }

    /// Opens the source, or takes another step without which there is nothing to read.
    ///
    /// # Errors
    ///
    /// The error of the step, at the stage `extract`; or that the program has to end.
    pub async fn open<T, E: Fault + 'static>(
        &self,
        step: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.extract(step).await
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

    /// Takes the outcome of a transformation: what the source said, as records.
    ///
    /// # Errors
    ///
    /// The error, at the stage `transform`: the source broke its contract.
    pub fn transform<T, E: std::error::Error + 'static>(&self, outcome: Result<T, E>) -> Result<T, Failure> {
        self.core.context.transform(outcome)
    }

    /// Hands records over. When this returns, each of them is durable: in its stores, in the spool or, where it was
    /// refused for good, in the dead letters. Many may be under way at once.
    ///
    /// While neither a store nor the spool takes them, it waits: whoever calls has to acknowledge nothing until then.
    ///
    /// # Errors
    ///
    /// The program has to end before that, or no store of `SINK` can hold such records.
    pub async fn keep(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.core.keep(batch).await
    }

    /// Puts what is no record into the dead letters: what it was (as JSON), where it came from, and why.
    ///
    /// The caller sees to it that a flood of the same is sampled. Where it cannot be written, the log has it. With
    /// `--dry-run` nothing is kept.
    pub fn bury(&self, from: &str, json: &str, reason: &str) {
        self.core.bury(from, json, reason);
    }

    /// Tells that the source is alive: a message was handled, be it that nothing was made of it.
    pub fn progress(&self) {
        self.core.progress();
    }

    /// Tells whether the source is connected, as `/readyz` shows it. A source that makes progress is.
    pub fn connected(&self, is_connected: bool) {
        self.core.connected(is_connected);
    }

    /// Notes what the program found out by itself. People hear of it, unless they know.
    pub fn observe(&self, finding: Finding) {
        self.core.observe(finding);
    }

    /// A counter of the program's own on `/metrics`, where `_total` is added to its name.
    pub fn count(&self, name: &'static str, help: &'static str) -> Counter {
        self.core.counters.counter(name, help, Vec::new())
    }

    /// One of several counters of a name, told apart by a label: messages by outcome.
    pub fn count_by(
        &self,
        name: &'static str,
        help: &'static str,
        label: &'static str,
        value: &str,
    ) -> Counter {
        self.core.counters.counter(name, help, vec![(label, value.to_owned())])
    }

    /// Inside of a reading: when the next one is due, counted from when this one was, in place of the period.
    pub fn next_in(&self, wait: Duration) {
        self.core.next_in.set(Some(wait));
    }

    /// Leaves a sensor as it should be while no program looks after it. It is given two seconds: whoever told the
    /// program to end is waiting.
    pub async fn leave(&self, farewell: impl Future<Output = ()>) {
        // A sensor that does not answer in time is left as it is.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }

    /// Waits until the program has to end. It can be waited for in several places.
    pub fn ended(&self) -> impl Future<Output = ()> + 'static {
        let interrupt = self.core.context.interrupt.clone();
        async move {
            interrupt.raised().await;
        }
    }
}
