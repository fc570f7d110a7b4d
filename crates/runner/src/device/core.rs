//! A device behind its handle: the state that its work, reports, alerts and endpoints share.

use std::cell::RefCell;
use std::rc::Rc;

use alert_engine::{RunEnd, RunFailure};
use futures_util::future::join_all;
use record::Timestamp;
use tokio::sync::Notify;
use tracing::Instrument as _;

use super::config::DeviceSettings;
use super::counter::Counters;
use super::dispatcher::Dispatcher;
use super::readings::FailureReason;
use super::source::DeviceSource;
use crate::arguments::Mode;
use crate::check::Line;
use crate::context::Context;
use crate::judged::Judged;
use crate::{Failure, Finding, Records, Stage, finish};

/// A device behind its handle: the state that its work, reports, alerts and endpoints share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) context: Rc<Context>,
    pub(crate) settings: DeviceSettings,
    pub(crate) dispatcher: Dispatcher,
    /// The stream, or the only sensor.
    pub(crate) main: Rc<DeviceSource>,
    /// The sensors that have names.
    named: RefCell<Vec<Rc<DeviceSource>>>,
    pub(crate) counters: Counters,
    pub(crate) lines: RefCell<Vec<Line>>,
    /// A reading was good, which a heartbeat may report.
    pub(crate) beat: Notify,
}

impl Core {
    pub(crate) fn new(context: Rc<Context>, settings: DeviceSettings) -> Self {
        Self {
            dispatcher: Dispatcher::new(Rc::clone(&context)),
            context,
            settings,
            main: Rc::new(DeviceSource::new(None)),
            named: RefCell::default(),
            counters: Counters::default(),
            lines: RefCell::default(),
            beat: Notify::new(),
        }
    }

    /// The sensor of that name. Asking twice gives the same one.
    pub(crate) fn sensor(&self, name: &str) -> Rc<DeviceSource> {
        let mut named = self.named.borrow_mut();
        if let Some(known) = named.iter().find(|source| source.name.as_deref() == Some(name)) {
            return Rc::clone(known);
        }
        let source = Rc::new(DeviceSource::new(Some(name)));
        named.push(Rc::clone(&source));
        source
    }

    /// The sources that the device reads: the main one unless there are only sensors with names.
    pub(crate) fn sources(&self) -> Vec<Rc<DeviceSource>> {
        let named = self.named.borrow();
        let is_main_read = named.is_empty() || self.main.health.is_used();
        is_main_read.then(|| Rc::clone(&self.main)).into_iter().chain(named.iter().cloned()).collect()
    }

    /// The last failure of a source that is not well, naming the source.
    pub(crate) fn last_failure(&self) -> Option<Failure> {
        let failure = |source: Rc<DeviceSource>| {
            let failure = source.readings.last_failure()?;
            Some(source.name.as_ref().map_or(failure.clone(), |name| failure.concerning(name)))
        };
        Failure::all(self.sources().into_iter().filter_map(failure).collect())
    }

    /// Makes records durable, each type by itself. Invalid ones become dead letters.
    pub(crate) async fn load(&self, source: &DeviceSource, records: &impl Records) -> Result<(), Failure> {
        let judged: Vec<_> = records.batches().iter().map(Judged::of).collect();
        self.load_all(source, &judged).await
    }

    /// Makes records durable. A failure of one type keeps no other from being stored.
    pub(crate) async fn load_all(
        &self,
        source: &DeviceSource,
        records: &[Judged<'_>],
    ) -> Result<(), Failure> {
        let loads = records.iter().map(|judged| self.load_one(source, judged));
        let results = if self.context.request.is_endless {
            join_all(loads).await
        } else {
            // A run takes the right to deliver from the spool for one batch at a time.
            let mut results = Vec::new();
            for load in loads {
                results.push(load.await);
            }
            results
        };
        Failure::all(results.into_iter().filter_map(Result::err).collect()).map_or(Ok(()), Err)
    }

    async fn load_one(&self, source: &DeviceSource, records: &Judged<'_>) -> Result<(), Failure> {
        let (context, _storing) = (&self.context, source.health.storing());
        let is_full = context.request.mode == Mode::Full;
        if is_full && !records.invalid.is_empty() {
            source.readings.count_failed(FailureReason::OutOfRange, records.invalid.len());
        }
        if !context.request.is_endless {
            return context.load(records).await;
        }
        let load = async {
            context.admit(records).await?;
            if is_full { self.dispatcher.store(&records.valid).await } else { context.show(records).await }
        };
        load.instrument(context.enter(Stage::Load)).await
    }

    pub(crate) fn bury(&self, from: &str, json: &str, reason: &str) {
        if self.context.request.mode != Mode::Full {
            tracing::info!(from, reason, "this would be a dead letter");
            return;
        }
        self.context.delivery.outbox.spooling.bury_text(from, json, reason);
    }

    /// Notes that a source is alive and well.
    pub(crate) fn progress(&self, source: &DeviceSource) {
        source.health.progress();
        self.beat.notify_one();
        if source.readings.is_well_now() {
            self.observe_reading(source, None);
        }
    }

    /// Notes a good reading.
    pub(crate) fn good(&self, source: &DeviceSource) {
        source.readings.good();
        self.progress(source);
    }

    /// Notes a failed reading.
    pub(crate) fn failed(&self, source: &DeviceSource, reason: FailureReason, failure: &Failure) {
        let error = finish::scrubbed(&self.context, failure);
        let (stage, sensor) = (failure.stage().name(), source.name.as_deref());
        tracing::warn!(error, stage, sensor, "the reading failed");
        source.readings.failed(reason, failure);
        self.observe_reading(source, Some(failure));
    }

    /// Notes that the program ends because of a failure, which is an alert at once.
    pub(crate) fn ended_by(&self, failure: &Failure) {
        self.context.alerting.observe_reading(self.end(Some(failure)), None, 1);
    }

    pub(crate) fn observe(&self, finding: Finding) {
        self.context.note(finding);
    }

    fn observe_reading(&self, source: &DeviceSource, failure: Option<&Failure>) {
        if !self.context.request.is_endless {
            return;
        }
        let failures = self.settings.watching.failures_before_alert.get();
        self.context.alerting.observe_reading(self.end(failure), source.name.as_deref(), failures);
    }

    /// The end of a reading, as alerts have it.
    fn end(&self, failure: Option<&Failure>) -> RunEnd {
        let now = Timestamp::now();
        RunEnd {
            program: self.context.name.clone(),
            run: self.context.identity.run_id.clone(),
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
