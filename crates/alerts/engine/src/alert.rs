//! An alert as it is stored between runs: its state, and the messages that each channel was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ChannelState, Hold, Notification, Observation, Occurred, Occurrences, Verdict, compose};

/// Number of ended episodes that are stored.
const PAST: usize = 20;
/// Time that a resolved alert stays in the state for people to look at.
const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Time without an observation after which a firing alert is given up: the place or thing is gone.
const ABANDONED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// State of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    /// Bad, but not for long enough.
    Pending,
    /// Bad.
    Firing,
    /// Good again.
    Resolved,
}

/// One alert, stored as JSON under `alert/<key>` in the state of its program.
///
/// There is none before the first bad observation. The names in the stored form stay: later versions read what this
/// one stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Pending, firing or resolved.
    pub state: AlertState,
    /// Begin of this episode or, once it is resolved, of the last one.
    pub since: Timestamp,
    /// End of the last episode; absent while it is pending or firing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// Time of the last observation.
    pub seen: Timestamp,
    /// Number of bad observations since it began.
    pub count: u32,
    /// Message while it fires.
    pub firing: Notification,
    /// Message of its last end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolved: Option<Notification>,
    /// Ended episodes, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub past: Vec<Episode>,
    /// Messages that each channel was sent, by the channel's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub channels: BTreeMap<String, ChannelState>,
    /// Events that were sent or wait to be, where the alert is one of events.
    #[serde(skip_serializing_if = "Occurrences::is_empty", default)]
    pub occurrences: Occurrences,
}

/// One period in which an alert fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Begin.
    pub since: Timestamp,
    /// End.
    pub until: Timestamp,
    /// Number of bad observations.
    pub count: u32,
    /// Title of its message.
    pub title: String,
}

impl Alert {
    /// The alert after an observation; `None` where there is nothing to store.
    pub fn after(known: Option<Self>, seen: &Observation) -> Option<Self> {
        if seen.occurrence.is_some() {
            return Some(Self::after_event(known, seen));
        }
        match known {
            Some(alert) if seen.at <= alert.seen => Some(alert),
            Some(alert) => match seen.verdict {
                Verdict::Bad => Some(alert.on_bad(seen)),
                Verdict::Between => alert.on_between(seen),
                Verdict::Good => alert.on_good(seen),
            },
            None if seen.verdict == Verdict::Bad => Some(Self::new(seen)),
            None => None,
        }
    }

    /// The alert once nothing observes it any more, for `reason`: a firing alert is resolved.
    #[must_use]
    pub fn abandoned(self, at: Timestamp, reason: &str) -> Option<Self> {
        match self.state {
            AlertState::Firing => {
                let end = compose::abandoned(&self.firing, at, reason);
                Some(self.resolve(at, end))
            }
            AlertState::Pending => self.dropped(),
            AlertState::Resolved => Some(self),
        }
    }

    /// Whether its last observation is so long ago that the place or thing is gone.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.state != AlertState::Resolved && now.duration_since(self.seen) > ABANDONED
    }

    /// Whether it can be removed from the state.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        if !self.occurrences.is_empty()
            || self.channels.values().any(|channel| channel.awaits_end() || channel.claim.is_some())
        {
            return false;
        }
        let is_old = self.until.is_none_or(|until| now.duration_since(until) > RETENTION);
        self.state == AlertState::Resolved && is_old
    }

    /// Names the channels that get the events that are new.
    pub fn route_events(&mut self, channels: &BTreeSet<String>) {
        self.occurrences.route(channels);
    }

    /// Forgets events that no source reports any more.
    pub fn prune_events(&mut self, now: Timestamp) {
        self.occurrences.prune(now);
    }

    /// Whether an event still has to be sent to a channel.
    pub fn has_waiting_events(&self) -> bool {
        self.occurrences.are_waiting()
    }

    /// An event begins and ends at once, so the alert is resolved as soon as it is there.
    fn after_event(known: Option<Self>, seen: &Observation) -> Self {
        let mut alert = known.unwrap_or_else(|| Self { state: AlertState::Resolved, ..Self::new(seen) });
        let Some(Occurred { identity, noticed }) = &seen.occurrence else { return alert };
        let notification = compose::event(seen);
        if alert.occurrences.add(identity, notification.clone(), *noticed) {
            let (since, title) = (seen.at, notification.title.clone());
            alert.archive(Episode { since, until: since, count: 1, title });
            let until = Some(since);
            alert = Self { since, until, seen: *noticed, count: 1, firing: notification, ..alert };
        }
        alert
    }

    fn new(seen: &Observation) -> Self {
        let alert = Self {
            state: AlertState::Pending,
            since: seen.began,
            until: None,
            seen: seen.at,
            count: 1,
            firing: compose::firing(seen, seen.began),
            resolved: None,
            past: Vec::new(),
            channels: BTreeMap::new(),
            occurrences: Occurrences::default(),
        };
        alert.promote(seen)
    }

    fn on_bad(self, seen: &Observation) -> Self {
        if self.state == AlertState::Resolved {
            let Self { past, channels, resolved, .. } = self;
            return Self { resolved, past, channels, ..Self::new(seen) }.continued(seen);
        }
        let firing = compose::firing(seen, self.since);
        let count = self.count.saturating_add(1);
        Self { count, firing, seen: seen.at, ..self }.promote(seen)
    }

    fn on_between(self, seen: &Observation) -> Option<Self> {
        match self.state {
            AlertState::Pending => self.dropped(),
            AlertState::Firing => Some(Self { seen: seen.at, ..self }),
            AlertState::Resolved => Some(self),
        }
    }

    fn on_good(self, seen: &Observation) -> Option<Self> {
        match self.state {
            AlertState::Pending => self.dropped(),
            AlertState::Firing => {
                let end = compose::resolved(seen, self.since, self.count);
                Some(self.resolve(seen.at, end))
            }
            AlertState::Resolved => Some(self),
        }
    }

    /// Fires if it has been pending for long enough.
    fn promote(self, seen: &Observation) -> Self {
        let is_long = match seen.hold {
            Hold::Readings(readings) => self.count >= readings,
            Hold::Duration(hold) => Duration::try_from(seen.at - self.since).is_ok_and(|held| held >= hold),
        };
        if self.state == AlertState::Pending && is_long {
            return Self { state: AlertState::Firing, ..self }.continued(seen);
        }
        self
    }

    /// An episode whose end was never sent goes on.
    fn continued(self, seen: &Observation) -> Self {
        let is_unsent = !self.channels.is_empty() && self.channels.values().all(ChannelState::awaits_end);
        if self.state != AlertState::Firing || !is_unsent {
            return self;
        }
        let Self { mut past, count, .. } = self;
        let Some(before) = past.pop() else { return Self { past, ..self } };
        let (since, count) = (before.since, count.saturating_add(before.count));
        Self { since, count, past, firing: compose::firing(seen, since), resolved: None, ..self }
    }

    fn resolve(mut self, at: Timestamp, end: Notification) -> Self {
        let title = self.firing.title.clone();
        self.archive(Episode { since: self.since, until: at, count: self.count, title });
        Self { state: AlertState::Resolved, until: Some(at), seen: at, resolved: Some(end), ..self }
    }

    fn archive(&mut self, episode: Episode) {
        self.past.push(episode);
        let surplus = self.past.len().saturating_sub(PAST);
        self.past.drain(..surplus);
    }

    /// The alert as it was before it became pending.
    fn dropped(self) -> Option<Self> {
        let last = self.past.last()?.clone();
        let Episode { since, until, count, .. } = last;
        Some(Self { state: AlertState::Resolved, since, until: Some(until), count, ..self })
    }
}
