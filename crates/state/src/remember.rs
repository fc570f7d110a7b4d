//! A cache in the state, for values that are slow or expensive to get.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, State};

/// A cached value with its time.
#[derive(Serialize, Deserialize)]
struct CachedAnswer {
    at: Timestamp,
    value: String,
}

impl State {
    /// Returns the cached value of `key` if it is younger than `max_age`, or else the result of `make`, which is then
    /// cached.
    ///
    /// Errors of the state do not fail this: `make` is called, and the log has one warning.
    ///
    /// # Errors
    ///
    /// The errors of `make`, which are not cached.
    pub async fn remember<E>(
        &self,
        key: &str,
        max_age: Duration,
        make: impl AsyncFnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        if let Some(value) = self.cached(key, max_age).await {
            return Ok(value);
        }
        let value = make().await?;
        self.cache(key, &value).await;
        Ok(value)
    }

    async fn cached(&self, key: &str, max_age: Duration) -> Option<String> {
        let text = self.get(key).await.unwrap_or_else(|error| {
            self.report_failure(&error);
            None
        })?;
        // A value in the format of another version is computed anew.
        let cached: CachedAnswer = serde_json::from_str(&text).ok()?;
        // If the clock was set back, the age is negative, and the value counts as old.
        let age = Duration::try_from(Timestamp::now().duration_since(cached.at)).ok()?;
        (age < max_age).then_some(cached.value)
    }

    async fn cache(&self, key: &str, value: &str) {
        let cached = CachedAnswer { at: Timestamp::now(), value: value.to_owned() };
        // A time and a text can always be written as JSON.
        let Ok(text) = serde_json::to_string(&cached) else { return };
        if let Err(error) = self.set(key, &text).await {
            self.report_failure(&error);
        }
    }

    fn report_failure(&self, error: &Error) {
        if !self.has_warned.replace(true) {
            tracing::warn!(
                error = fault::chain(error),
                "cannot use the cache in the state; fetching the value again"
            );
        }
    }
}
