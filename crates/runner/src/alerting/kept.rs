//! Alerts where they are kept: read at once, and each replaced only if no other run did so in the meantime.

use std::collections::BTreeMap;
use std::time::Duration;

use alert_engine::Alert;
use state::{Error, State};
use tokio::time::Instant;

/// What stands before the key of an alert in the state.
const PREFIX: &str = "alert/";
/// Another run may change an alert between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;
/// How long the state may take to keep everything: an orchestrator that sent SIGTERM does not wait for long.
const PATIENCE: Duration = Duration::from_secs(4);

/// Alerts in a state of a program.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    state: &'a State,
    deadline: Instant,
    /// As they were read or written last, by their keys.
    texts: BTreeMap<String, String>,
}

/// Why an alert is not kept. What it asks of the caller is the same: keep it elsewhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unkept {
    /// What is kept would be forgotten when the program ends.
    #[error("the state does not last")]
    Forgetful,
    /// No answer in time; what was asked for may have been done.
    #[error("the state did not answer within {} s", PATIENCE.as_secs())]
    Late,
    /// The state said no.
    #[error(transparent)]
    State(#[from] Error),
}

impl<'a> Kept<'a> {
    /// Reads all alerts.
    pub(crate) async fn read(state: &'a State) -> Result<Self, Unkept> {
        if !state.is_durable() {
            return Err(Unkept::Forgetful);
        }
        let deadline = Instant::now() + PATIENCE;
        let texts = by(deadline, Box::pin(state.all(PREFIX))).await?;
        let key = |key: String| key.strip_prefix(PREFIX).map(str::to_owned);
        let texts = texts.into_iter().filter_map(|(name, text)| Some((key(name)?, text))).collect();
        Ok(Self { state, deadline, texts })
    }

    /// The key of every alert.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.texts.keys()
    }

    /// Gives the state as long again as it had in the beginning.
    pub(crate) fn be_patient(&mut self) {
        self.deadline = Instant::now() + PATIENCE;
    }

    /// Adds what was kept elsewhere. `None` where other runs keep changing it.
    pub(crate) async fn join(&mut self, key: &str, alert: &Alert) -> Result<Option<()>, Unkept> {
        let joined = |known: Option<Alert>| match known {
            Some(known) => known.joined(alert.clone()),
            None => alert.clone(),
        };
        self.change(key, |known| (Some(joined(known)), ())).await
    }

    /// Hands an alert over, to one run only.
    pub(crate) async fn take(&mut self, key: &str) -> Result<Option<Alert>, Unkept> {
        self.change(key, |alert| (None, alert)).await.map(Option::flatten)
    }

    /// Replaces an alert by what `change` makes of it, and returns what that returns besides. `None` where other runs
    /// keep changing it.
    ///
    /// `change` may be called several times, each time with what another run left.
    pub(crate) async fn change<T>(
        &mut self,
        key: &str,
        mut change: impl FnMut(Option<Alert>) -> (Option<Alert>, T),
    ) -> Result<Option<T>, Unkept> {
        let name = format!("{PREFIX}{key}");
        for _ in 0..ATTEMPTS {
            let known = self.texts.get(key).cloned();
            let (alert, result) = change(known.as_deref().and_then(parse));
            let text = alert.and_then(|alert| serde_json::to_string(&alert).ok());
            if text == known || self.swap(&name, known.as_deref(), text.as_deref()).await? {
                self.put(key, text);
                return Ok(Some(result));
            }
            let text = by(self.deadline, Box::pin(self.state.get(&name))).await?;
            self.put(key, text);
        }
        Ok(None)
    }

    async fn swap(&self, name: &str, known: Option<&str>, text: Option<&str>) -> Result<bool, Unkept> {
        by(self.deadline, Box::pin(self.state.swap(name, known, text))).await
    }

    fn put(&mut self, key: &str, text: Option<String>) {
        match text {
            Some(text) => self.texts.insert(key.to_owned(), text),
            None => self.texts.remove(key),
        };
    }
}

async fn by<T>(deadline: Instant, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Unkept> {
    Ok(tokio::time::timeout_at(deadline, answer).await.map_err(|_| Unkept::Late)??)
}

/// An alert that cannot be read was kept by another version: it is as good as none.
fn parse(text: &str) -> Option<Alert> {
    serde_json::from_str(text).ok()
}
