//! Answers of the source that are kept between runs.

use std::time::Duration;

use fault::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Environment;

impl Environment {
    /// Returns an earlier answer that is younger than `max_age`; else asks, and remembers the answer.
    ///
    /// Without a durable state it asks each time.
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
        let as_text = |value: &T| serde_json::to_string(value).unwrap_or_default();
        // Boxed, since the state may be a database and its future weighs on every caller.
        let answer = self.state.remember(key, max_age, async || Ok(as_text(&ask().await?)));
        let answer = Box::pin(answer).await?;
        match serde_json::from_str(&answer) {
            Ok(value) => Ok(value),
            // Written by a version that had another form for it.
            Err(_) => {
                self.forget(key).await;
                ask().await
            }
        }
    }

    /// Forgets an answer that turned out to be wrong.
    pub async fn forget(&self, key: &str) {
        if let Err(error) = Box::pin(self.state.remove(key)).await {
            tracing::warn!(error = fault::chain(&error), key, "an answer could not be forgotten");
        }
    }

    /// Uses an earlier answer that is younger than `max_age`, or else a fresh one, which is then remembered. Returns the
    /// answer with the outcome of its use.
    ///
    /// If the use fails for a lasting reason, the answer may have become wrong: the cell of a grid has moved, a session
    /// has ended. It is forgotten and asked for again, and another answer is used in its place, once.
    ///
    /// # Errors
    ///
    /// The error of asking, or that of the use.
    pub async fn use_remembered<T, R, E>(
        &self,
        key: &str,
        max_age: Duration,
        ask: impl AsyncFn() -> Result<T, E>,
        make_use: impl AsyncFn(&T) -> Result<R, E>,
    ) -> Result<(T, R), E>
    where
        T: Serialize + DeserializeOwned + PartialEq,
        E: Fault,
    {
        let mut answer = self.remember(key, max_age, &ask).await?;
        let mut outcome = make_use(&answer).await;
        if outcome.as_ref().is_err_and(|error| !error.kind().is_passing()) {
            self.forget(key).await;
            let other = self.remember(key, max_age, &ask).await.ok();
            if let Some(other) = other.filter(|other| *other != answer) {
                answer = other;
                outcome = make_use(&answer).await;
            }
        }
        Ok((answer, outcome?))
    }
}
