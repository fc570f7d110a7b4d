//! A cache on top of the state: what is slow or dear to learn is learned once in a while.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, State};

/// A value with the time it was made.
#[derive(Serialize, Deserialize)]
struct Kept {
    at: Timestamp,
    value: String,
}

impl State {
    /// The value kept under `key` if it is younger than `max_age`, or else what `make` returns, which is then kept.
    ///
    /// The state never fails this: where it cannot be read or written, `make` is called and the log says so once.
    ///
    /// # Errors
    ///
    /// Those of `make`. Nothing is kept then.
    pub async fn remember<E>(
        &self,
        key: &str,
        max_age: Duration,
        make: impl AsyncFnOnce() -> Result<String, E>,
    ) -> Result<String, E> {
        if let Some(value) = self.young(key, max_age).await {
            return Ok(value);
        }
        let value = make().await?;
        self.keep(key, &value).await;
        Ok(value)
    }

    async fn young(&self, key: &str, max_age: Duration) -> Option<String> {
        let text = self.get(key).await.unwrap_or_else(|error| {
            self.complain(&error);
            None
        })?;
        // A value in the format of another version is computed anew.
        let kept: Kept = serde_json::from_str(&text).ok()?;
        // A clock that was set back makes an age negative, and the value old.
        let age = Duration::try_from(Timestamp::now().duration_since(kept.at)).ok()?;
        (age < max_age).then_some(kept.value)
    }

    async fn keep(&self, key: &str, value: &str) {
        let kept = Kept { at: Timestamp::now(), value: value.to_owned() };
        // A time and a text always have a JSON form.
        let Ok(text) = serde_json::to_string(&kept) else { return };
        if let Err(error) = self.set(key, &text).await {
            self.complain(&error);
        }
    }

    fn complain(&self, error: &Error) {
        if !self.complained.replace(true) {
            tracing::warn!(error = fault::chain(error), "working without what earlier runs learned");
        }
    }
}
