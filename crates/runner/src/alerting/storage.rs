//! Storage of alerts between runs: the state or, while that is unavailable, a file beside the spool.

use std::path::{Path, PathBuf};

use state::State;

use super::saved_alerts::{SaveError, SavedAlerts};

/// Storage of alerts while the state is unavailable: its database is away, or its settings are wrong.
///
/// A file beside the spool, made when it is first needed.
#[derive(Debug)]
pub(crate) struct FallbackState {
    path: PathBuf,
    state: State,
}

/// Storage of alerts between runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlertStorage<'a> {
    pub(crate) state: &'a State,
    pub(crate) fallback: &'a FallbackState,
}

impl FallbackState {
    pub(crate) fn beside_the_spool(folder: &Path, program: &str) -> Self {
        let path = folder.join(format!("{program}.state.db"));
        let state = State::sqlite(&path, program);
        Self { path, state }
    }
}

impl<'a> AlertStorage<'a> {
    /// Reads the alerts of the state. Those in the fallback are moved there first.
    pub(crate) async fn read_state(&self) -> Result<SavedAlerts<'a>, SaveError> {
        let mut saved = SavedAlerts::read(self.state).await?;
        // Not before the state has answered: an alert that is taken out has to be put somewhere.
        if self.fallback.path.exists() {
            match self.read_fallback().await {
                Ok(fallback) => move_alerts(fallback, &mut saved).await?,
                Err(error) => {
                    let error = fault::chain(&error);
                    tracing::warn!(error, "alerts in the fallback file could not be moved to the state yet");
                }
            }
        }
        Ok(saved)
    }

    /// Reads the alerts of the fallback.
    pub(crate) async fn read_fallback(&self) -> Result<SavedAlerts<'a>, SaveError> {
        SavedAlerts::read(&self.fallback.state).await
    }
}

/// Moves alerts one by one, each by one run only. An alert that cannot be stored goes back.
async fn move_alerts(mut from: SavedAlerts<'_>, to: &mut SavedAlerts<'_>) -> Result<(), SaveError> {
    let keys: Vec<String> = from.keys().cloned().collect();
    for key in keys {
        let Some(alert) = from.take(&key).await? else { continue };
        let merged = to.merge(&key, &alert).await;
        if !matches!(merged, Ok(Some(()))) {
            from.merge(&key, &alert).await?;
        }
        merged?;
    }
    Ok(())
}
