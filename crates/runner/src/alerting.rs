//! Tells people how a run ended, once for each incident.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alert_engine::{Decision, Incident, Message, Observation, after_sending, observe};
use alert_slack::Slack;
use state::State;

/// Where the incident is kept.
const KEY: &str = "incident";
/// Another run may change the incident between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;
/// How long Slack may take: an orchestrator that sent SIGTERM does not wait for long.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long the state may take before the spare is used, for the same reason.
const STATE_PATIENCE: Duration = Duration::from_secs(4);

/// Keeps the incident while the state cannot: its database is away, or its settings are wrong.
///
/// A file beside the spool, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Spare {
    path: PathBuf,
    state: State,
}

impl Spare {
    pub(crate) fn beside_the_spool(folder: &Path, program: &str) -> Self {
        let path = folder.join(format!("{program}.state.db"));
        let state = State::sqlite(&path, program);
        Self { path, state }
    }

    /// Hands over what is kept here, to one run only.
    async fn take(&self) -> Option<Incident> {
        if !self.path.exists() {
            return None;
        }
        let kept = self.state.get(KEY).await.ok()??;
        let is_ours = self.state.swap(KEY, Some(&kept), None).await.ok()?;
        incident(Some(&kept)).filter(|_| is_ours)
    }
}

/// Tells people how a run ended, if they do not know it yet.
///
/// The incident is claimed in durable state before the message is sent: in that of the program or, while that cannot
/// be used, in `spare`. Where nothing can be kept, every failed run is told, and none that works.
pub(crate) async fn tell(slack: &Slack, state: &State, spare: &Spare, run: &Observation) {
    let claimed = match tokio::time::timeout(STATE_PATIENCE, claim(state, Some(spare), run)).await {
        Ok(Ok(decision)) if state.is_durable() => Ok((state, decision)),
        _ => claim(&spare.state, None, run).await.map(|decision| (&spare.state, decision)),
    };
    match claimed {
        Ok((state, Some(decision))) => {
            let Some(message) = &decision.message else { return };
            let sent = send(slack, message).await;
            if let Err(error) = settle(state, run, sent).await {
                tracing::warn!(error = fault::chain(&error), "that the alert was sent could not be kept");
            }
        }
        Ok((_, None)) => tracing::warn!("other runs keep changing the incident; the alert is left to them"),
        Err(error) => {
            let error = fault::chain(&error);
            tracing::warn!(
                error,
                "alerts cannot be remembered: each failed run is told, and none that works again"
            );
            if let Some(message) = &observe(None, run).message {
                send(slack, message).await;
            }
        }
    }
}

/// Whether the message arrived, or may have: then it must not be sent again.
async fn send(slack: &Slack, message: &Message) -> bool {
    match tokio::time::timeout(PATIENCE, slack.send(message)).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(error = fault::chain(&error), "the alert was not confirmed");
            !error.is_certain()
        }
        Err(_) => {
            tracing::error!("the alert was not confirmed within {} s", PATIENCE.as_secs());
            true
        }
    }
}

/// Decides what to say and remembers it, together with what was kept in `spare` meanwhile.
async fn claim(
    state: &State,
    spare: Option<&Spare>,
    run: &Observation,
) -> Result<Option<Decision>, state::Error> {
    let mut known = state.get(KEY).await?;
    // Not before the state has answered: what is taken has to be put somewhere.
    let spared = match spare {
        Some(spare) if state.is_durable() => spare.take().await,
        _ => None,
    };
    for _ in 0..ATTEMPTS {
        let decision = observe(incident(known.as_deref()).or_else(|| spared.clone()).as_ref(), run);
        let next = as_text(decision.incident.as_ref());
        if next == known || state.swap(KEY, known.as_deref(), next.as_deref()).await? {
            return Ok(Some(decision));
        }
        known = state.get(KEY).await?;
    }
    Ok(None)
}

/// Remembers what came of the message, and lets go of the claim.
async fn settle(state: &State, run: &Observation, sent: bool) -> Result<(), state::Error> {
    for _ in 0..ATTEMPTS {
        let known = state.get(KEY).await?;
        let Some(incident) = incident(known.as_deref()) else { break };
        let next = as_text(after_sending(&incident, run, sent).as_ref());
        if next == known || state.swap(KEY, known.as_deref(), next.as_deref()).await? {
            break;
        }
    }
    Ok(())
}

/// An incident that cannot be read was kept by another version: it is as good as none.
fn incident(text: Option<&str>) -> Option<Incident> {
    serde_json::from_str(text?).ok()
}

fn as_text(incident: Option<&Incident>) -> Option<String> {
    incident.and_then(|incident| serde_json::to_string(incident).ok())
}
