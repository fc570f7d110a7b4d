//! What a device is behind its handle.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use alert_engine::{RunEnd, RunFailure};
use futures_util::future::join_all;
use record::{Batch, Timestamp};
use tokio::sync::Notify;

use super::config::DeviceSettings;
use super::counter::Counters;
use super::courier::Courier;
use super::health::Health;
use super::readings::{Readings, Reason};
use super::sanity;
use crate::arguments::Mode;
use crate::check::Line;
use crate::context::Context;
use crate::{Failure, Finding, Records, finish};

/// What a device is behind its handle.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) context: Rc<Context>,
    pub(crate) settings: DeviceSettings,
    pub(crate) courier: Courier,
    pub(crate) readings: Readings,
    pub(crate) health: Health,
    pub(crate) counters: Counters,
    pub(crate) lines: RefCell<Vec<Line>>,
    pub(crate) next_in: Cell<Option<Duration>>,
    /// A reading was good, which a heartbeat may tell.
    pub(crate) beat: Notify,
}

impl Core {
    pub(crate) fn new(context: Rc<Context>, settings: DeviceSettings) -> Self {
        Self {
            courier: Courier::new(Rc::clone(&context)),
            context,
            settings,
            readings: Readings::default(),
            health: Health::new(),
            counters: Counters::default(),
            lines: RefCell::default(),
            next_in: Cell::new(None),
            beat: Notify::new(),
        }
    }

    /// Makes records durable, each type by itself; out-of-range values are buried.
    pub(crate) async fn load(&self, records: &impl Records) -> Result<(), Failure> {
        let batches = records.batches();
        self.each(batches.iter().map(|batch| self.load_batch(batch))).await
    }

    /// Makes records durable that were looked at already.
    pub(crate) async fn load_sane(&self, batches: &[Batch<'_>]) -> Result<(), Failure> {
        self.each(batches.iter().map(|batch| self.store(batch))).await
    }

    async fn each(
        &self,
        loads: impl Iterator<Item = impl Future<Output = Result<(), Failure>>>,
    ) -> Result<(), Failure> {
        let failures = join_all(loads).await.into_iter().filter_map(Result::err).collect();
        Failure::all(failures).map_or(Ok(()), Err)
    }

    async fn load_batch(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let impossible = sanity::impossible(batch);
        if !impossible.is_empty() {
            self.readings.count_failed(Reason::OutOfRange, impossible.len());
        }
        let batch = self.context.delivery.outbox.without(batch, &impossible);
        self.store(&batch).await
    }

    async fn store(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        let _kept = self.health.keeping();
        let store = async || {
            if self.context.request.is_endless {
                self.courier.keep(batch).await
            } else {
                Box::pin(self.context.delivery.load(batch)).await
            }
        };
        self.context.load(batch, store).await
    }

    pub(crate) fn bury(&self, from: &str, json: &str, reason: &str) {
        if self.context.request.mode != Mode::Full {
            tracing::info!(from, reason, "this would be a dead letter");
            return;
        }
        self.context.delivery.outbox.spooling.bury_text(from, json, reason);
    }

    /// Notes that the source is alive and well.
    pub(crate) fn progress(&self) {
        self.health.progress();
        self.beat.notify_one();
        if self.readings.is_well_now() {
            self.tell_reading(None);
        }
    }

    /// Notes a good reading.
    pub(crate) fn good(&self) {
        self.readings.good();
        self.progress();
    }

    /// Notes a failed reading.
    pub(crate) fn failed(&self, reason: Reason, failure: &Failure) {
        let error = finish::scrubbed(&self.context, failure);
        tracing::warn!(error, stage = failure.stage().name(), "the reading failed");
        self.readings.failed(reason, failure);
        self.tell_reading(Some(failure));
    }

    /// Notes that the program ends because of a failure, of which people hear at once.
    pub(crate) fn ended_by(&self, failure: &Failure) {
        self.context.alerting.observe_reading(self.end(Some(failure)), 1);
    }

    pub(crate) fn connected(&self, is_connected: bool) {
        self.health.connected(is_connected);
    }

    pub(crate) fn observe(&self, finding: Finding) {
        self.context.note(finding);
    }

    fn tell_reading(&self, failure: Option<&Failure>) {
        if !self.context.request.is_endless {
            return;
        }
        let failures = self.settings.watching.failures_before_alert.get();
        self.context.alerting.observe_reading(self.end(failure), failures);
    }

    /// How a reading ended, as alerts tell it.
    fn end(&self, failure: Option<&Failure>) -> RunEnd {
        let (now, identity) = (Timestamp::now(), &self.context.identity);
        RunEnd {
            program: identity.program.clone(),
            run: identity.run_id.clone(),
            started: now,
            ended: now,
            failure: failure.map(|failure| RunFailure {
                stage: failure.stage().name().to_owned(),
                error: finish::scrubbed(&self.context, failure),
                exit: failure.exit().code(),
            }),
        }
    }
}
