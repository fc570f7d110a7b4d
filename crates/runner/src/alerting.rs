//! Tells people how a run ended, once for each incident.

use alert_engine::{Decision, Incident, Observation, after_sending, observe};
use alert_slack::Slack;
use state::State;

/// Where the incident is kept.
const KEY: &str = "incident";
/// Another run may change the incident between our reading and our writing it; it does so a few times at most.
const ATTEMPTS: usize = 5;

/// Tells people how a run ended, if they do not know it yet.
///
/// The incident is claimed in durable state before the message is sent. Where nothing can be kept, every failed run
/// is told, and none that works.
pub(crate) async fn tell(slack: &Slack, state: &State, run: &Observation) {
    let Some((decision, kept)) = claim(state, run).await else { return };
    let Some(message) = &decision.message else { return };
    let sent = match slack.send(message).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(error = fault::chain(&error), "the alert was not sent");
            !error.is_certain()
        }
    };
    let next = after_sending(&decision, sent);
    if let Err(error) = state.swap(KEY, kept.as_deref(), as_text(next.as_ref()).as_deref()).await {
        tracing::warn!(error = fault::chain(&error), "that the alert was sent could not be kept");
    }
}

/// Decides what to say and remembers it; also what was written, so that only this run releases its claim.
async fn claim(state: &State, run: &Observation) -> Option<(Decision, Option<String>)> {
    for _ in 0..ATTEMPTS {
        let known = match state.get(KEY).await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(
                    error = fault::chain(&error),
                    "alerts cannot be remembered; this one stands alone"
                );
                return Some((observe(None, run), None));
            }
        };
        // An incident that cannot be read was kept by another version: it is as good as none.
        let incident = known.as_deref().and_then(|text| serde_json::from_str::<Incident>(text).ok());
        let decision = observe(incident.as_ref(), run);
        let next = as_text(decision.incident.as_ref());
        if next == known {
            return Some((decision, next));
        }
        match state.swap(KEY, known.as_deref(), next.as_deref()).await {
            Ok(true) => return Some((decision, next)),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(
                    error = fault::chain(&error),
                    "alerts cannot be remembered; this one stands alone"
                );
                return Some((decision, None));
            }
        }
    }
    tracing::warn!("other runs keep changing the incident; this one leaves it to them");
    None
}

fn as_text(incident: Option<&Incident>) -> Option<String> {
    incident.and_then(|incident| serde_json::to_string(incident).ok())
}
