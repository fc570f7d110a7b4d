//! Where alerts are kept from run to run: in the state or, while that cannot be used, beside the spool.

use std::path::{Path, PathBuf};

use state::State;

use super::kept::{Kept, Unkept};

/// Keeps alerts while the state cannot: its database is away, or its settings are wrong.
///
/// A file beside the spool, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Spare {
    path: PathBuf,
    state: State,
}

/// Where alerts are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory<'a> {
    pub(crate) state: &'a State,
    pub(crate) spare: &'a Spare,
}

impl Spare {
    pub(crate) fn beside_the_spool(folder: &Path, program: &str) -> Self {
        let path = folder.join(format!("{program}.state.db"));
        let state = State::sqlite(&path, program);
        Self { path, state }
    }
}

impl<'a> Memory<'a> {
    /// Alerts in the state, together with what was kept in the spare meanwhile.
    pub(crate) async fn of_state(&self) -> Result<Kept<'a>, Unkept> {
        let mut kept = Kept::read(self.state).await?;
        // Not before the state has answered: what is taken has to be put somewhere.
        if self.spare.path.exists() {
            match self.of_spare().await {
                Ok(spared) => take_over(&mut kept, spared).await?,
                Err(error) => {
                    let error = fault::chain(&error);
                    tracing::warn!(error, "alerts of the time without state are not taken over yet");
                }
            }
        }
        Ok(kept)
    }

    /// Alerts in the spare.
    pub(crate) async fn of_spare(&self) -> Result<Kept<'a>, Unkept> {
        Kept::read(&self.spare.state).await
    }
}

/// Moves alerts one by one, each by one run only. What cannot be put down here goes back.
async fn take_over(kept: &mut Kept<'_>, mut spared: Kept<'_>) -> Result<(), Unkept> {
    let keys: Vec<String> = spared.keys().cloned().collect();
    for key in keys {
        let Some(alert) = spared.take(&key).await? else { continue };
        let joined = kept.join(&key, &alert).await;
        if !matches!(joined, Ok(Some(()))) {
            spared.join(&key, &alert).await?;
        }
        joined?;
    }
    Ok(())
}
