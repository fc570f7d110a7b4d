//! A run, as the program sees it: its settings, its client, and the stages its work passes through.

use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use fault::{Fault, Kind};
use http_client::Client;
use record::{Batch, Record, Timestamp};
use rustls::ClientConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::{Failure, Finding, Stage, Window};

/// What the platform itself keeps in a store.
const RESERVED: [&str; 2] = ["pipeline_runs", "platform_state"];

/// One run of a program.
#[derive(Debug)]
pub struct Run<C> {
    /// The program's own settings.
    pub config: C,
    pub(crate) context: Rc<Context>,
}

impl<C> Run<C> {
    /// The HTTP client of the run: its retries share one budget.
    pub fn http(&self) -> &Client {
        &self.context.http
    }

    /// Whom connections of the run trust.
    pub fn tls(&self) -> &ClientConfig {
        &self.context.tls
    }

    /// The stores that are configured, for a program that reads what others stored.
    pub fn stores(&self) -> &sink_router::Config {
        &self.context.stores
    }

    /// When the run started.
    pub fn started(&self) -> Timestamp {
        self.context.started
    }

    /// The window that `--since` and `--until` ask for.
    pub fn window(&self) -> Option<Window> {
        self.context.request.window
    }

    /// Asks the source.
    ///
    /// # Errors
    ///
    /// The error of the call, at the stage `extract`; or that the run has to end.
    pub async fn extract<T, E: Fault + 'static>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Failure> {
        self.context.extract(call).await
    }

    /// Takes the outcome of a transformation: what the source said, as records.
    ///
    /// # Errors
    ///
    /// The error, at the stage `transform`. The source broke its contract, so no repeat will help.
    pub fn transform<T, E: std::error::Error + 'static>(&self, outcome: Result<T, E>) -> Result<T, Failure> {
        self.context.transform(outcome)
    }

    /// Does the same for each of several things, such as places. One that fails does not keep the others from being
    /// stored: the run goes on, fails at its end, and names it.
    ///
    /// # Errors
    ///
    /// All of them failed.
    pub async fn gather<I: Display + Copy, T>(
        &self,
        items: impl IntoIterator<Item = I>,
        each: impl AsyncFn(I) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let (mut gathered, mut failures) = (Vec::new(), Vec::new());
        for item in items {
            match each(item).await {
                Ok(value) => gathered.push(value),
                Err(failure) if failure.is_ended() => {
                    failures.push(failure);
                    break;
                }
                Err(failure) => failures.push(failure.concerning(&item)),
            }
        }
        if gathered.is_empty() {
            return Failure::all(failures).map_or(Ok(gathered), Err);
        }
        self.context.progress.fail_later(failures);
        Ok(gathered)
    }

    /// What was answered before, if it is younger than `max_age`; else asks and keeps the answer.
    ///
    /// Where nothing can be kept, it asks each time.
    ///
    /// # Errors
    ///
    /// The error of asking.
    pub async fn remember<T: Serialize + DeserializeOwned, E>(
        &self,
        key: &str,
        max_age: Duration,
        ask: impl AsyncFn() -> Result<T, E>,
    ) -> Result<T, E> {
        // Boxed, since the state may be a database and its future weighs on every caller.
        let answer = self.context.state.remember(key, max_age, async || Ok(as_text(&ask().await?)));
        let answer = Box::pin(answer).await?;
        match serde_json::from_str(&answer) {
            Ok(value) => Ok(value),
            // Kept by a version that had another form for it.
            Err(_) => {
                self.forget(key).await;
                ask().await
            }
        }
    }

    /// Forgets an answer that turned out to be wrong.
    pub async fn forget(&self, key: &str) {
        if let Err(error) = Box::pin(self.context.state.remove(key)).await {
            tracing::warn!(error = fault::chain(&error), key, "an answer could not be forgotten");
        }
    }

    /// Stores records under their own name.
    ///
    /// # Errors
    ///
    /// A store did not take them all, at the stage `load`. What it may take later is kept for the next run.
    pub async fn load<R: Record>(&self, records: &[R]) -> Result<(), Failure> {
        self.load_batch(&Batch::of(records)).await
    }

    /// Stores records under a name that a setting decides.
    ///
    /// # Errors
    ///
    /// As for [`Run::load`].
    pub async fn load_as<R: Record>(&self, name: &str, records: &[R]) -> Result<(), Failure> {
        if RESERVED.contains(&name) {
            let message =
                format!("`{name}` is a name of the platform's own; choose another for the measurement");
            return Err(Failure::new(Stage::Load, Kind::Configuration, message));
        }
        self.load_batch(&Batch::of(records).named(name)).await
    }

    /// Notes what the program found out by itself. People hear of it when the run is over, unless they know.
    pub fn observe(&self, finding: Finding) {
        self.context.note(finding);
    }

    async fn load_batch(&self, batch: &Batch<'_>) -> Result<(), Failure> {
        self.context.load(batch, async || Box::pin(self.context.delivery.load(batch)).await).await
    }
}

fn as_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
