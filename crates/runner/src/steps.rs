//! The stages of a program's work. All pass through here, so that logs, reports and alerts know the stage.

use fault::{Fault, Kind};
use record::Refused;
use sink::Sink as _;
use sink_stdout::StdoutSink;
use tracing::Instrument as _;

use crate::arguments::Mode;
use crate::context::Context;
use crate::judged::Judged;
use crate::{Failure, Stage};

/// Names that the platform itself uses in a store.
const RESERVED: [&str; 2] = ["pipeline_runs", "platform_state"];

impl Context {
    /// Asks the source, unless the program has to end.
    pub(crate) async fn extract<T, E: Fault + 'static>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.within(Stage::Extract, async { Ok(call.await?) }).await
    }

    /// Takes a step of a stage, unless the program has to end.
    pub(crate) async fn within<T>(
        &self,
        stage: Stage,
        step: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let step = async {
            tokio::select! {
                biased;
                reason = self.interrupt.raised() => Err(Failure::ended(stage, reason)),
                taken = step => taken,
            }
        };
        step.instrument(self.enter(stage)).await
    }

    /// Takes the outcome of a transformation.
    pub(crate) fn transform<T, E: std::error::Error + 'static>(
        &self,
        outcome: Result<T, E>,
    ) -> Result<T, Failure> {
        let _stage = self.enter(Stage::Transform).entered();
        outcome.map_err(|error| Failure::new(Stage::Transform, Kind::Rejected, fault::chain(&error)))
    }

    /// Brings records of a run that ends to where the mode says: to their stores, or to standard output. Invalid ones
    /// fail the run.
    pub(crate) async fn load(&self, records: &Judged<'_>) -> Result<(), Failure> {
        let load = async {
            let refused_before = self.delivery.refused();
            self.admit(records).await?;
            let loaded = match self.request.mode {
                Mode::Full => Box::pin(self.delivery.load(&records.valid)).await,
                Mode::Check | Mode::DryRun => self.show(records).await,
            };
            let failures = [loaded, self.delivery.refusals_since(refused_before)];
            Failure::all(failures.into_iter().filter_map(Result::err).collect()).map_or(Ok(()), Err)
        };
        load.instrument(self.enter(Stage::Load)).await
    }

    /// Takes records in, before they are stored: counts them, shows the valid ones to the alerts, and buries the
    /// others.
    pub(crate) async fn admit(&self, judged: &Judged<'_>) -> Result<(), Failure> {
        let Judged { records, invalid, valid } = judged;
        let name = &*records.schema().name;
        if RESERVED.contains(&name) {
            let message = format!("`{name}` is a name of the platform's own; choose another");
            return Err(Failure::new(Stage::Load, Kind::Configuration, message));
        }
        // Records of long ago are no news.
        if self.request.window.is_none() {
            self.alerting.observe_batch(valid, self.observer());
        }
        self.progress.count(records.len());
        if !valid.is_empty() {
            self.progress.name(valid.schema());
        }
        if self.request.mode == Mode::Full && !invalid.is_empty() {
            Box::pin(self.delivery.outbox.bury_invalid(records, invalid)).await;
        }
        Ok(())
    }

    /// Prints records that are not stored, where the mode is to show them.
    pub(crate) async fn show(&self, records: &Judged<'_>) -> Result<(), Failure> {
        if self.request.mode != Mode::DryRun {
            return Ok(());
        }
        for Refused { reason, .. } in &records.invalid {
            tracing::warn!(record = &*records.records.schema().name, reason, "this would be a dead letter");
        }
        let printed = StdoutSink::new().write(&records.valid).await;
        printed.map(|_| ()).map_err(|error| Failure::of(Stage::Load, &error))
    }

    /// Notes the stage, and returns the span that names it in log lines.
    pub(crate) fn enter(&self, stage: Stage) -> tracing::Span {
        self.progress.enter(stage);
        tracing::info_span!("stage", stage = stage.name())
    }
}
