//! The stored alerts of a program: read at once, and each replaced only if no other run did so in the meantime.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::Alert;
use state::{Error, State};
use tokio::time::Instant;

/// Prefix of an alert's key in the state.
const PREFIX: &str = "alert/";
/// Another run may change an alert between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;
/// Time limit for storing everything: an orchestrator that sent SIGTERM does not wait for long.
const TIME_LIMIT: Duration = Duration::from_secs(4);

/// The alerts in one state.
#[derive(Debug)]
pub(crate) struct SavedAlerts<'a> {
    state: &'a State,
    deadline: Instant,
    /// Stored text of each alert, by its key.
    texts: BTreeMap<String, String>,
}

/// An alert was not stored. The caller stores it elsewhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// The state ends with the program.
    #[error("the state does not last")]
    NotDurable,
    /// No answer in time; the change may have been made.
    #[error("the state did not answer within {} s", TIME_LIMIT.as_secs())]
    Timeout,
    /// The state failed.
    #[error(transparent)]
    State(#[from] Error),
}

impl<'a> SavedAlerts<'a> {
    /// Reads all alerts.
    pub(crate) async fn read(state: &'a State) -> Result<Self, SaveError> {
        if !state.is_durable() {
            return Err(SaveError::NotDurable);
        }
        let deadline = Instant::now() + TIME_LIMIT;
        let texts = within(deadline, Box::pin(state.all(PREFIX))).await?;
        let key = |key: String| key.strip_prefix(PREFIX).map(str::to_owned);
        let texts = texts.into_iter().filter_map(|(name, text)| Some((key(name)?, text))).collect();
        Ok(Self { state, deadline, texts })
    }

    /// Key of every alert.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.texts.keys()
    }

    /// Restarts the time limit.
    pub(crate) fn restart_time_limit(&mut self) {
        self.deadline = Instant::now() + TIME_LIMIT;
    }

    /// Merges an alert that was stored elsewhere. `None` where other runs keep changing it.
    pub(crate) async fn merge(&mut self, key: &str, alert: &Alert) -> Result<Option<()>, SaveError> {
        let merged = |known: Option<Alert>| match known {
            Some(known) => known.merge(alert.clone()),
            None => alert.clone(),
        };
        self.change(key, |known| (Some(merged(known)), ())).await
    }

    /// Removes an alert and returns it, to one run only.
    pub(crate) async fn take(&mut self, key: &str) -> Result<Option<Alert>, SaveError> {
        self.change(key, |alert| (None, alert)).await.map(Option::flatten)
    }

    /// Replaces an alert by the result of `change`, and returns its second value. `None` where other runs keep changing
    /// the alert.
    ///
    /// `change` may be called several times, each time with the alert that another run stored.
    pub(crate) async fn change<T>(
        &mut self,
        key: &str,
        mut change: impl FnMut(Option<Alert>) -> (Option<Alert>, T),
    ) -> Result<Option<T>, SaveError> {
        let name = format!("{PREFIX}{key}");
        for _ in 0..ATTEMPTS {
            let known = self.texts.get(key).cloned();
            let (alert, result) = change(known.as_deref().and_then(parse));
            let text = alert.and_then(|alert| serde_json::to_string(&alert).ok());
            if text == known || self.swap(&name, known.as_deref(), text.as_deref()).await? {
                self.put(key, text);
                return Ok(Some(result));
            }
            let text = within(self.deadline, Box::pin(self.state.get(&name))).await?;
            self.put(key, text);
        }
        Ok(None)
    }

    async fn swap(&self, name: &str, known: Option<&str>, text: Option<&str>) -> Result<bool, SaveError> {
        within(self.deadline, Box::pin(self.state.swap(name, known, text))).await
    }

    fn put(&mut self, key: &str, text: Option<String>) {
        match text {
            Some(text) => self.texts.insert(key.to_owned(), text),
            None => self.texts.remove(key),
        };
    }
}

async fn within<T>(
    deadline: Instant,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, SaveError> {
    Ok(tokio::time::timeout_at(deadline, answer).await.map_err(|_| SaveError::Timeout)??)
}

/// An alert that cannot be read was stored by another version, and counts as none.
fn parse(text: &str) -> Option<Alert> {
    serde_json::from_str(text).ok()
}
