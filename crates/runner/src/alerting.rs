//! Tells people how a run ended, once for each incident.

use std::time::Duration;

use alert_engine::legacy::{Decision, Incident, Message, Observation, after_sending, observe};
use alert_slack::Slack;
use state::State;

/// Where the incident is kept.
const KEY: &str = "incident";
/// Another run may change the incident between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;
/// How long Slack may take: an orchestrator that sent SIGTERM does not wait for long.
const PATIENCE: Duration = Duration::from_secs(6);

/// The incident as this run left it in the state, so that only this run releases its claim.
struct Claimed {
    decision: Decision,
    kept: Option<String>,
}

/// Tells people how a run ended, if they do not know it yet.
///
/// The incident is claimed in durable state before the message is sent. Where nothing can be kept, every failed run
/// is told, and none that works.
pub(crate) async fn tell(slack: &Slack, state: &State, run: &Observation) {
    match claim(state, run).await {
        Ok(Some(Claimed { decision, kept })) => {
            let Some(message) = &decision.message else { return };
            let next = after_sending(&decision, send(slack, message).await);
            if let Err(error) = state.swap(KEY, kept.as_deref(), as_text(next.as_ref()).as_deref()).await {
                tracing::warn!(error = fault::chain(&error), "that the alert was sent could not be kept");
            }
        }
        Ok(None) => tracing::warn!("other runs keep changing the incident; the alert is left to them"),
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

/// Decides what to say and remembers it.
async fn claim(state: &State, run: &Observation) -> Result<Option<Claimed>, state::Error> {
    for _ in 0..ATTEMPTS {
        let known = state.get(KEY).await?;
        // An incident that cannot be read was kept by another version: it is as good as none.
        let incident = known.as_deref().and_then(|text| serde_json::from_str::<Incident>(text).ok());
        let decision = observe(incident.as_ref(), run);
        let kept = as_text(decision.incident.as_ref());
        if kept == known || state.swap(KEY, known.as_deref(), kept.as_deref()).await? {
            return Ok(Some(Claimed { decision, kept }));
        }
    }
    Ok(None)
}

fn as_text(incident: Option<&Incident>) -> Option<String> {
    incident.and_then(|incident| serde_json::to_string(incident).ok())
}
