//! The steps of a program's work that pass through its context, so that logs, reports and alerts know the stage.

use fault::{Fault, Kind};
use record::Batch;
use sink::Sink as _;
use sink_stdout::StdoutSink;
use tracing::Instrument as _;

use crate::arguments::Mode;
use crate::context::Context;
use crate::{Failure, Stage};

impl Context {
    /// Asks the source, unless the program has to end.
    pub(crate) async fn extract<T, E: Fault + 'static>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        let call = async {
            tokio::select! {
                biased;
                reason = self.interrupt.raised() => Err(Failure::ended(Stage::Extract, reason)),
                reply = call => reply.map_err(|error| Failure::of(Stage::Extract, &error)),
            }
        };
        call.instrument(self.enter(Stage::Extract)).await
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
            // What was so long ago is no news.
            if self.request.window.is_none() {
                self.alerting.see(batch, self.teller());
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
