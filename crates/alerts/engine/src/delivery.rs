//! The state of an alert on each channel, and the next message that a channel gets.
//!
//! A message follows from the difference between the alert and what the readers of a channel have been sent. A message
//! that could not be sent needs no queue of its own: the difference stays until it is sent.
//!
//! A message is *claimed* in the alert before it is sent and *settled* afterwards, so that of two runs at once one
//! sends it. A claim that is never settled belongs to a run that died while sending. Its message may have arrived, so
//! it counts as sent, unless a repeat does no harm: a reminder and the end make up for one that did not arrive.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Alert, AlertState, Notification, NotificationKind, compose};

/// A claim this old was left by a run that died.
const CLAIM_EXPIRES: Duration = Duration::from_mins(10);

/// The messages that one channel has been sent about one alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelState {
    /// Whether its readers got the notification that the alert fires.
    #[serde(rename = "believes")]
    pub shows_firing: bool,
    /// Whether the message that it fires could not be sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// Time of the last message.
    #[serde(rename = "said", default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// Place of the first message, in the channel's own notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Run that is about to send a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// A run that is about to send a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Id of the run.
    pub run: String,
    /// Time of the claim.
    pub at: Timestamp,
    /// Kind of the message.
    #[serde(rename = "event")]
    pub kind: NotificationKind,
}

/// A run's request for the next message to a channel.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest<'a> {
    /// Id of the run.
    pub run: &'a str,
    /// Current time.
    pub now: Timestamp,
    /// Time after which a firing alert is sent again; `None` is never.
    pub reminder: Option<Duration>,
    /// Whether the same message twice does no harm on this channel.
    pub may_repeat: bool,
}

/// Result of sending a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendOutcome<'a> {
    /// It arrived, or may have; with the place of the first message, if the channel has one.
    Sent(Option<&'a str>),
    /// It certainly did not arrive.
    NotSent,
}

impl Alert {
    /// Claims the next message for a channel, if there is one. `is_wanted` is whether such alerts go to the channel;
    /// an alert that began there ends there all the same.
    ///
    /// The returned message may be sent once the alert has been stored as it then is.
    pub fn claim(
        &mut self,
        channel: &str,
        is_wanted: bool,
        request: ClaimRequest<'_>,
    ) -> Option<Notification> {
        let mut state = self.channels.get(channel).cloned().unwrap_or_default();
        if let Some(claim) = state.claim.clone() {
            if !is_expired(&claim, request.now) {
                return None;
            }
            let outcome = if request.may_repeat { SendOutcome::NotSent } else { SendOutcome::Sent(None) };
            state = self.settled(channel, state, &claim, outcome, claim.at);
        }
        let due = self.due(channel, &state, is_wanted, request);
        state.claim = due.as_ref().map(|notification| Claim {
            run: request.run.to_owned(),
            // A clock that was set back must not leave out an event of this message.
            at: self.occurrences.newest().map_or(request.now, |newest| newest.max(request.now)),
            kind: notification.kind,
        });
        self.put_channel(channel, state);
        due
    }

    /// Notes the result of the message that `run` claimed. `now` is when it was sent.
    pub fn settle(&mut self, channel: &str, run: &str, outcome: SendOutcome<'_>, now: Timestamp) {
        let Some(state) = self.channels.get(channel).cloned() else { return };
        if let Some(claim) = state.claim.clone().filter(|claim| claim.run == run) {
            let state = self.settled(channel, state, &claim, outcome, now);
            self.put_channel(channel, state);
        }
    }

    fn put_channel(&mut self, channel: &str, state: ChannelState) {
        if state == ChannelState::default() {
            self.channels.remove(channel);
        } else {
            self.channels.insert(channel.to_owned(), state);
        }
    }

    fn settled(
        &mut self,
        channel: &str,
        state: ChannelState,
        claim: &Claim,
        outcome: SendOutcome<'_>,
        now: Timestamp,
    ) -> ChannelState {
        if claim.kind == NotificationKind::Occurred {
            if matches!(outcome, SendOutcome::Sent(_)) {
                self.occurrences.sent(channel, claim.at);
            }
            return ChannelState { sent_at: Some(now), claim: None, ..state };
        }
        state.after(outcome, claim.kind, now)
    }

    fn due(
        &self,
        channel: &str,
        state: &ChannelState,
        is_wanted: bool,
        request: ClaimRequest<'_>,
    ) -> Option<Notification> {
        if self.occurrences.is_used() {
            return self.occurrences.due(channel, state.sent_at, request.now);
        }
        if self.state != AlertState::Firing {
            let end = self.resolved.clone().filter(|_| state.awaits_end())?;
            return Some(if state.shows_firing { end } else { compose::late(end) });
        }
        let next_reminder = request.reminder.and_then(|after| request.now.checked_add(after).ok());
        if !state.shows_firing {
            return is_wanted.then(|| Notification { next_reminder, ..self.firing.clone() });
        }
        let (reminder, sent_at) = request.reminder.zip(state.sent_at)?;
        let waited = Duration::try_from(request.now - sent_at).unwrap_or_default();
        let is_due = waited >= reminder && self.seen > sent_at;
        is_due.then(|| Notification { next_reminder, ..compose::reminder(&self.firing, request.now) })
    }
}

impl ChannelState {
    /// Whether the end is still to be sent.
    pub(crate) fn awaits_end(&self) -> bool {
        self.shows_firing || self.missed
    }

    fn after(self, outcome: SendOutcome<'_>, kind: NotificationKind, now: Timestamp) -> Self {
        match (outcome, kind) {
            (SendOutcome::Sent(_), NotificationKind::Resolved) => Self::default(),
            (SendOutcome::Sent(thread), _) => {
                let thread = thread.map(str::to_owned).or(self.thread);
                Self { shows_firing: true, missed: false, sent_at: Some(now), thread, claim: None }
            }
            (SendOutcome::NotSent, NotificationKind::Firing) => Self { missed: true, claim: None, ..self },
            (SendOutcome::NotSent, _) => Self { claim: None, ..self },
        }
    }
}

fn is_expired(claim: &Claim, now: Timestamp) -> bool {
    // A clock that was set back makes an age negative, and the claim young.
    Duration::try_from(now - claim.at).is_ok_and(|age| age >= CLAIM_EXPIRES)
}
