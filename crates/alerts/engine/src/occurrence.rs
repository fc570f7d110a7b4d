//! Events: rows that each stand for themselves, alert once and have no end.
//!
//! All events of one rule share one alert, which remembers which of them were sent. So many events at once are one
//! message with a list, and an event that a source reports again is not sent again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Notification, compose};

/// Age of the last sighting after which an event is forgotten: no source reports it any more.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Resolution of the last sighting. A finer one would rewrite the alert in every run.
const SIGHTING: SignedDuration = SignedDuration::from_hours(24);
/// Number of events that are remembered. The ones seen longest ago go first.
const MOST: usize = 10_000;
/// Least time between two messages about one rule to one channel: a stream of events must not be a flood.
const PAUSE: Duration = Duration::from_mins(1);

/// The events of one rule, by identity: `time=2026-11-22T04:28:17Z,station=PB01`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Occurrences(BTreeMap<String, Occurrence>);

/// One event that is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Day of the last sighting.
    pub seen: Timestamp,
    /// Time of the first sighting.
    pub added: Timestamp,
    /// Its message, until every channel has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notification: Option<Box<Notification>>,
    /// Channels that do not have it yet; `None` until the channels are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waiting: Option<BTreeSet<String>>,
}

impl Occurrences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a channel still has to get one.
    pub fn are_waiting(&self) -> bool {
        self.0.values().any(|event| event.notification.is_some())
    }

    /// Whether the alert is one of events.
    pub(crate) fn is_used(&self) -> bool {
        !self.0.is_empty()
    }

    /// Adds an event. Returns whether it is new.
    pub(crate) fn add(&mut self, identity: &str, notification: Notification, now: Timestamp) -> bool {
        if let Some(known) = self.0.get_mut(identity) {
            if now.duration_since(known.seen) > SIGHTING {
                known.seen = now;
            }
            return false;
        }
        let notification = Some(Box::new(notification));
        self.0.insert(identity.to_owned(), Occurrence { seen: now, added: now, notification, waiting: None });
        true
    }

    /// Sends the new events to these channels.
    pub(crate) fn route(&mut self, channels: &BTreeSet<String>) {
        for event in self.0.values_mut().filter(|event| event.notification.is_some()) {
            if event.waiting.is_none() {
                event.waiting = Some(channels.clone());
            }
            event.release();
        }
    }

    /// Forgets events that no source reports any more.
    pub(crate) fn prune(&mut self, now: Timestamp) {
        self.0.retain(|_, event| event.notification.is_some() || now.duration_since(event.seen) <= FORGOTTEN);
        if let Some(surplus) = self.0.len().checked_sub(MOST).filter(|surplus| *surplus > 0) {
            let mut by_age: Vec<_> = self.0.iter().map(|(name, event)| (event.seen, name.clone())).collect();
            by_age.sort();
            for (_, name) in by_age.into_iter().take(surplus) {
                self.0.remove(&name);
            }
        }
    }

    /// One message for all events that a channel does not have yet.
    pub(crate) fn due(
        &self,
        channel: &str,
        sent_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Notification> {
        let is_soon = |sent_at| Duration::try_from(now - sent_at).is_ok_and(|waited| waited < PAUSE);
        if sent_at.is_some_and(is_soon) {
            return None;
        }
        let waits =
            |event: &&Occurrence| event.waiting.as_ref().is_some_and(|waiting| waiting.contains(channel));
        let mut due: Vec<_> =
            self.0.values().filter(waits).filter_map(|event| event.notification.as_deref()).collect();
        due.sort_by_key(|notification| notification.at);
        compose::occurred(&due)
    }

    /// Time of the latest first sighting.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.0.values().map(|event| event.added).max()
    }

    /// Notes that a channel has every event that was known at `at`.
    pub(crate) fn sent(&mut self, channel: &str, at: Timestamp) {
        for event in self.0.values_mut().filter(|event| event.added <= at) {
            if let Some(waiting) = &mut event.waiting {
                waiting.remove(channel);
            }
            event.release();
        }
    }

    /// Both together. An event that is in both was sent where either says so.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        for (identity, theirs) in other.0 {
            let Some(ours) = self.0.get_mut(&identity) else {
                self.0.insert(identity, theirs);
                continue;
            };
            ours.seen = ours.seen.max(theirs.seen);
            if let (Some(waiting), Some(other)) = (&mut ours.waiting, &theirs.waiting) {
                waiting.retain(|channel| other.contains(channel));
            } else {
                ours.waiting = Some(BTreeSet::new());
            }
            ours.release();
        }
        self
    }
}

impl Occurrence {
    /// Drops the message once nobody waits for it.
    fn release(&mut self) {
        if self.waiting.as_ref().is_some_and(BTreeSet::is_empty) {
            self.notification = None;
            self.waiting = None;
        }
    }
}
