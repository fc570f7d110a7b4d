//! Alerts in the state: read at once, and each replaced only if no other run did so in the meantime.

use std::collections::BTreeMap;

use alert_engine::Alert;
use state::{Error, State};

/// What stands before the key of an alert in the state.
const PREFIX: &str = "alert/";
/// Another run may change an alert between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;

/// Alerts in the state of a program.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    state: &'a State,
    /// As they were read or written last, by their keys.
    texts: BTreeMap<String, String>,
}

impl<'a> Kept<'a> {
    /// Reads all alerts.
    pub(crate) async fn read(state: &'a State) -> Result<Self, Error> {
        let texts = state.all(PREFIX).await?;
        let key = |key: String| key.strip_prefix(PREFIX).map(str::to_owned);
        let texts = texts.into_iter().filter_map(|(name, text)| Some((key(name)?, text))).collect();
        Ok(Self { state, texts })
    }

    /// The key of every alert.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &String> {
        self.texts.keys()
    }

    /// Replaces an alert by what `change` makes of it, and returns what that returns besides. `None` where other runs
    /// keep changing it.
    ///
    /// `change` may be called several times, each time with what another run left.
    pub(crate) async fn change<T>(
        &mut self,
        key: &str,
        mut change: impl FnMut(Option<Alert>) -> (Option<Alert>, T),
    ) -> Result<Option<T>, Error> {
        let name = format!("{PREFIX}{key}");
        for _ in 0..ATTEMPTS {
            let known = self.texts.get(key).cloned();
            let (alert, result) = change(known.as_deref().and_then(parse));
            let text = alert.and_then(|alert| serde_json::to_string(&alert).ok());
            if text == known || self.state.swap(&name, known.as_deref(), text.as_deref()).await? {
                self.put(key, text);
                return Ok(Some(result));
            }
            let text = self.state.get(&name).await?;
            self.put(key, text);
        }
        Ok(None)
    }

    fn put(&mut self, key: &str, text: Option<String>) {
        match text {
            Some(text) => self.texts.insert(key.to_owned(), text),
            None => self.texts.remove(key),
        };
    }
}

/// An alert that cannot be read was kept by another version: it is as good as none.
fn parse(text: &str) -> Option<Alert> {
    serde_json::from_str(text).ok()
}
