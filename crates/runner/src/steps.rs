//! The stages of a program's work. All pass through here, so that logs, reports and alerts know the stage.

use fault::{Fault, Kind};
use record::{Batch, Refused};
use sink::Sink as _;
use sink_stdout::StdoutSink;
use tracing::Instrument as _;

use crate::arguments::Mode;
use crate::context::Context;
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

    /// Brings records to where the mode says: judges and counts them, shows them to the alerts, and prints or stores
    /// them.
    ///
    /// `store` gets the valid records, and how many others there were. Invalid ones become dead letters, and fail a run
    /// that ends.
    pub(crate) async fn load(
        &self,
        batch: &Batch<'_>,
        store: impl AsyncFnOnce(&Batch<'_>, usize) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let load = async {
            let name = &*batch.schema().name;
            if RESERVED.contains(&name) {
                let message = format!("`{name}` is a name of the platform's own; choose another");
                return Err(Failure::new(Stage::Load, Kind::Configuration, message));
            }
            let refused_before = self.delivery.refused();
            let invalid = batch.refused();
            let valid = batch.filter_out(&invalid);
            // Records of long ago are no news.
            if self.request.window.is_none() {
                self.alerting.observe_batch(&valid, self.observer());
            }
            self.progress.count(batch.len());
            if !valid.is_empty() {
                self.progress.name(valid.schema());
            }
            match self.request.mode {
                Mode::Full => {
                    self.bury_invalid(batch, &invalid).await;
                    let mut failures = Vec::from_iter(store(&valid, invalid.len()).await.err());
                    if !self.request.is_endless {
                        failures.extend(self.delivery.refusals_since(refused_before).err());
                    }
                    Failure::all(failures).map_or(Ok(()), Err)
                }
                Mode::Check => Ok(()),
                Mode::DryRun => {
                    for Refused { reason, .. } in &invalid {
                        tracing::warn!(record = name, reason, "this would be a dead letter");
                    }
                    let printed = StdoutSink::new().write(&valid).await;
                    printed.map(|_| ()).map_err(|error| Failure::of(Stage::Load, &error))
                }
            }
        };
        load.instrument(self.enter(Stage::Load)).await
    }

    async fn bury_invalid(&self, batch: &Batch<'_>, invalid: &[Refused]) {
        if !invalid.is_empty() {
            Box::pin(self.delivery.outbox.bury_invalid(batch, invalid)).await;
        }
    }

    /// Notes the stage, and returns the span that names it in log lines.
    pub(crate) fn enter(&self, stage: Stage) -> tracing::Span {
        self.progress.enter(stage);
        tracing::info_span!("stage", stage = stage.name())
    }
}
