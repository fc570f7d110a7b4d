//! Decides which message a run deserves.
//!
//! A program that runs once an hour and fails all night should say so once, and once more when it is well again. So
//! what was said is remembered between runs as an [`Incident`], and each run is one observation: [`observe`] tells
//! what to remember next and what to say, if anything.
//!
//! The decision is pure: no clock, no I/O. Its caller keeps the incident in durable state and replaces it only if no
//! other run did so in the meantime. A message is *claimed* in the incident before it is sent and *told* after, so
//! that two runs at once send it once, and what could not be sent is sent by a later run.
//!
//! Thresholds on values, reminders and grouping have their place here, beside this observation of runs.

mod message;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use message::{Failure, Message, Severity};

/// A claim this old was left by a run that died between claiming and sending.
const CLAIM_EXPIRES: Duration = Duration::from_mins(10);

/// What is remembered of a program that fails, from its first failure until its recovery has been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When its first failing run began.
    pub since: Timestamp,
    /// How many runs have failed.
    pub failures: u32,
    /// Whether the failure has been told.
    pub told: bool,
    /// Whether a run has worked since, and what is left is to tell so.
    pub recovered: bool,
    /// The run that is about to send a message.
    pub claim: Option<Claim>,
}

/// A run that is about to send a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The id of the run.
    pub run: String,
    /// Since when.
    pub at: Timestamp,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The program.
    pub program: String,
    /// The id of the run.
    pub run: String,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Why it failed; `None` when it worked.
    pub failure: Option<Failure>,
}

/// What to do about an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to remember; `None` when all is well and told.
    pub incident: Option<Incident>,
    /// What to say, once the incident has been remembered.
    pub message: Option<Message>,
}

/// Decides what to remember and say, from what is known and how the run ended.
pub fn observe(known: Option<&Incident>, run: &Observation) -> Decision {
    match &run.failure {
        Some(failure) => failed(known, run, failure),
        None => worked(known, run),
    }
}

/// What to remember once the message that `run` claimed has been sent, or could not be.
///
/// `known` is the incident as it is by now: other runs may have ended meanwhile, and what they noted stays.
pub fn after_sending(known: &Incident, run: &Observation, sent: bool) -> Option<Incident> {
    if known.claim.as_ref().is_none_or(|claim| claim.run != run.run) {
        return Some(known.clone());
    }
    let released = Incident { claim: None, ..known.clone() };
    match (sent, run.failure.is_some()) {
        (false, _) => Some(released),
        (true, true) => Some(Incident { told: true, ..released }),
        (true, false) if released.recovered => None,
        // Another run failed while this one told that all is well, and people have to hear of that.
        (true, false) => Some(Incident { told: false, ..released }),
    }
}

fn failed(known: Option<&Incident>, run: &Observation, failure: &Failure) -> Decision {
    let known = known.cloned().unwrap_or(Incident {
        since: run.started,
        failures: 0,
        told: false,
        recovered: false,
        claim: None,
    });
    // A recovery that nobody heard of is no recovery: the incident goes on.
    let incident = Incident { failures: known.failures.saturating_add(1), recovered: false, ..known };
    if incident.told || is_claimed(&incident, run) {
        return Decision { incident: Some(incident), message: None };
    }
    let message = Message::failed(run, failure, &incident);
    Decision { incident: Some(claimed(incident, run)), message: Some(message) }
}

fn worked(known: Option<&Incident>, run: &Observation) -> Decision {
    let Some(known) = known else { return Decision { incident: None, message: None } };
    let incident = Incident { recovered: true, ..known.clone() };
    if is_claimed(known, run) {
        return Decision { incident: Some(incident), message: None };
    }
    let message = Message::recovered(run, known);
    Decision { incident: Some(claimed(incident, run)), message: Some(message) }
}

fn is_claimed(incident: &Incident, run: &Observation) -> bool {
    incident.claim.as_ref().is_some_and(|claim| {
        // Of two runs at once, the one that ended first may come to look second: the claim is younger than its end.
        let age = run.ended.duration_since(claim.at).unsigned_abs();
        claim.run != run.run && age < CLAIM_EXPIRES
    })
}

fn claimed(incident: Incident, run: &Observation) -> Incident {
    Incident { claim: Some(Claim { run: run.run.clone(), at: run.ended }), ..incident }
}
