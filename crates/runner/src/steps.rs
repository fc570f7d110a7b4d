//! The steps of a program's work that pass through its context, so that logs, reports and alerts know the stage.

use fault::{Fault, Kind};
use record::Batch;
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

    /// Brings records to where the mode says: looks at them, counts them, and prints or stores them.
    pub(crate) async fn load(
        &self,
        batch: &Batch<'_>,
        store: impl AsyncFnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let load = async {
            let name = &*batch.schema().name;
            if RESERVED.contains(&name) {
                let message = format!("`{name}` is a name of the platform's own; choose another");
                return Err(Failure::new(Stage::Load, Kind::Configuration, message));
            }
            // What was so long ago is no news.
            if self.request.window.is_none() {
                self.alerting.observe_batch(batch, self.observer());
            }
            self.progress.count(batch.len());
            match self.request.mode {
                Mode::Full => store().await,
                Mode::Check => Ok(()),
                Mode::DryRun => match StdoutSink::new().write(batch).await {
                    Ok(_) => Ok(()),
                    Err(error) => Err(Failure::of(Stage::Load, &error)),
                },
            }
        };
        load.instrument(self.enter(Stage::Load)).await
    }

    /// Notes the stage, and returns the span that names it in log lines.
    pub(crate) fn enter(&self, stage: Stage) -> tracing::Span {
        self.progress.enter(stage);
        tracing::info_span!("stage", stage = stage.name())
    }
}
