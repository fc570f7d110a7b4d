//! What a channel has been told of an alert, and what it is to be told next.
//!
//! What is said follows from the difference between what is so and what a channel's readers believe. That is why a
//! message that could not be sent needs no queue of its own: the difference stays until it is told.
//!
//! A message is *claimed* in the alert before it is sent and *settled* after, so that of two runs at once one sends it.
//! A claim that is never settled belongs to a run that died while sending. Its message may have arrived, so it counts
//! as sent, unless a repeat does no harm: a reminder and the end make up for one that did not arrive.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertState, Event, Notification, words};

/// A claim this old was left by a run that died.
const CLAIM_EXPIRES: Duration = Duration::from_mins(10);

/// What a channel has been told of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether its readers believe that it fires.
    pub believes: bool,
    /// Whether they should have heard that it fires and it could not be sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// When the last message was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Timestamp>,
    /// Where the first message is, in the words of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The run that is about to send a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// A run that is about to send a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The id of the run.
    pub run: String,
    /// Since when.
    pub at: Timestamp,
    /// What it says.
    pub event: Event,
}

/// Who asks what there is to say.
#[derive(Debug, Clone, Copy)]
pub struct Teller<'a> {
    /// The id of the run.
    pub run: &'a str,
    /// The present.
    pub now: Timestamp,
    /// After how long people are told again; `None` is never.
    pub reminder: Option<Duration>,
    /// Whether the same message twice does no harm on this channel.
    pub may_repeat: bool,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It arrived, or may have; where the first message is, if the channel says so.
    Sent(Option<&'a str>),
    /// It certainly did not arrive.
    NotSent,
}

impl Alert {
    /// Claims what a channel is to be told now, if anything. `is_wanted` tells whether the channel is one that such
    /// alerts go to; what was begun there is ended there all the same.
    ///
    /// What is returned may be sent once the alert has been kept as it then is.
    pub fn claim(&mut self, channel: &str, is_wanted: bool, teller: Teller<'_>) -> Option<Notification> {
        let mut told = self.channels.get(channel).cloned().unwrap_or_default();
        if let Some(claim) = told.claim.clone() {
            if !is_expired(&claim, teller.now) {
                return None;
            }
            let outcome = if teller.may_repeat { Outcome::NotSent } else { Outcome::Sent(None) };
            told = told.after(outcome, claim.event, claim.at);
        }
        let said = self.due(&told, is_wanted, teller);
        told.claim =
            said.as_ref().map(|said| Claim { run: teller.run.to_owned(), at: teller.now, event: said.event });
        if told == Told::default() {
            self.channels.remove(channel);
        } else {
            self.channels.insert(channel.to_owned(), told);
        }
        said
    }

    /// Notes what became of the message that `run` claimed. `now` is when it was sent.
    pub fn settle(&mut self, channel: &str, run: &str, outcome: Outcome<'_>, now: Timestamp) {
        let Some(told) = self.channels.get_mut(channel) else { return };
        if let Some(event) = told.claim.as_ref().filter(|claim| claim.run == run).map(|claim| claim.event) {
            *told = told.clone().after(outcome, event, now);
        }
        if *told == Told::default() {
            self.channels.remove(channel);
        }
    }

    fn due(&self, told: &Told, is_wanted: bool, teller: Teller<'_>) -> Option<Notification> {
        if self.state != AlertState::Firing {
            let over = self.resolved.clone().filter(|_| told.waits_for_the_end())?;
            return Some(if told.believes { over } else { untold(over) });
        }
        let next_reminder = teller.reminder.and_then(|after| teller.now.checked_add(after).ok());
        if !told.believes {
            return is_wanted.then(|| Notification { next_reminder, ..self.firing.clone() });
        }
        let (reminder, said) = teller.reminder.zip(told.said)?;
        let waited = Duration::try_from(teller.now - said).unwrap_or_default();
        let is_due = waited >= reminder && self.seen > said;
        is_due.then(|| Notification { next_reminder, ..words::reminder(&self.firing, teller.now) })
    }
}

impl Told {
    /// Whether the end is still to be told.
    pub(crate) fn waits_for_the_end(&self) -> bool {
        self.believes || self.missed
    }

    fn after(self, outcome: Outcome<'_>, event: Event, now: Timestamp) -> Self {
        match (outcome, event) {
            (Outcome::Sent(_), Event::Resolved) => Self::default(),
            (Outcome::Sent(thread), Event::Firing | Event::Reminder) => {
                let thread = thread.map(str::to_owned).or(self.thread);
                Self { believes: true, missed: false, said: Some(now), thread, claim: None }
            }
            (Outcome::NotSent, Event::Firing) => Self { missed: true, claim: None, ..self },
            (Outcome::NotSent, _) => Self { claim: None, ..self },
        }
    }
}

/// The end of what could not be told when it began.
fn untold(over: Notification) -> Notification {
    let told = "It could not be told at the time.";
    let detail = if over.detail.is_empty() { told.to_owned() } else { format!("{}\n{told}", over.detail) };
    Notification { detail, ..over }
}

fn is_expired(claim: &Claim, now: Timestamp) -> bool {
    // A clock that was set back makes an age negative, and the claim young.
    Duration::try_from(now - claim.at).is_ok_and(|age| age >= CLAIM_EXPIRES)
}
