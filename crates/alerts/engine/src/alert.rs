//! An alert as it is remembered: what is so, and what each channel has been told of it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Hold, Notification, Observation, Told, Verdict, words};

/// How many ended episodes are kept.
const PAST: usize = 20;
/// How long an alert that is over is kept for people to look at.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// After so long without an observation, what fires is given up: the place or thing is gone.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether people have to know.
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

/// What is remembered of one alert, as JSON under `alert/<key>` in the state of its program.
///
/// There is none before something was bad for the first time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Whether people have to know.
    pub state: AlertState,
    /// When it began, this time or, where it is over, the last time.
    pub since: Timestamp,
    /// When it ended; absent while it is pending or firing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// When it was last seen.
    pub seen: Timestamp,
    /// How many observations were bad since it began.
    pub count: u32,
    /// What there is to say of it while it fires.
    pub firing: Notification,
    /// What there is to say of its end, the last time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resolved: Option<Notification>,
    /// Earlier times, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub past: Vec<Episode>,
    /// What each channel has been told, by the channel's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub channels: BTreeMap<String, Told>,
}

/// A time that an alert fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// When it began.
    pub since: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// How many observations were bad.
    pub count: u32,
    /// What was said of it, on one line.
    pub title: String,
}

impl Alert {
    /// What to remember after an observation; `None` where nothing is worth it.
    pub fn after(known: Option<Self>, seen: &Observation) -> Option<Self> {
        match known {
            Some(alert) if seen.at <= alert.seen => Some(alert),
            Some(alert) => match seen.verdict {
                Verdict::Bad => Some(alert.worse(seen)),
                Verdict::Between => alert.between(seen),
                Verdict::Good => alert.better(seen),
            },
            None if seen.verdict == Verdict::Bad => Some(Self::new(seen)),
            None => None,
        }
    }

    /// The alert when nobody looks after it any more, for `reason`: what fires is over.
    #[must_use]
    pub fn abandoned(self, at: Timestamp, reason: &str) -> Option<Self> {
        match self.state {
            AlertState::Firing => {
                let over = words::abandoned(&self.firing, at, reason);
                Some(self.over(at, over))
            }
            AlertState::Pending => self.dropped(),
            AlertState::Resolved => Some(self),
        }
    }

    /// Whether it was last seen so long ago that what it speaks of is gone.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.state != AlertState::Resolved && now.duration_since(self.seen) > FORGOTTEN
    }

    /// Whether there is no more reason to remember it.
    pub fn is_history(&self, now: Timestamp) -> bool {
        let is_old = self.until.is_none_or(|until| now.duration_since(until) > KEPT);
        self.state == AlertState::Resolved && is_old
    }

    fn new(seen: &Observation) -> Self {
        let alert = Self {
            state: AlertState::Pending,
            since: seen.began,
            until: None,
            seen: seen.at,
            count: 1,
            firing: words::firing(seen, seen.began),
            resolved: None,
            past: Vec::new(),
            channels: BTreeMap::new(),
        };
        alert.held(seen)
    }

    fn worse(self, seen: &Observation) -> Self {
        if self.state == AlertState::Resolved {
            let Self { past, channels, resolved, .. } = self;
            return Self { resolved, past, channels, ..Self::new(seen) }.continued(seen);
        }
        let firing = words::firing(seen, self.since);
        let count = self.count.saturating_add(1);
        Self { count, firing, seen: seen.at, ..self }.held(seen)
    }

    fn between(self, seen: &Observation) -> Option<Self> {
        match self.state {
            AlertState::Pending => self.dropped(),
            AlertState::Firing => Some(Self { seen: seen.at, ..self }),
            AlertState::Resolved => Some(self),
        }
    }

    fn better(self, seen: &Observation) -> Option<Self> {
        match self.state {
            AlertState::Pending => self.dropped(),
            AlertState::Firing => {
                let over = words::resolved(seen, self.since, self.count);
                Some(self.over(seen.at, over))
            }
            AlertState::Resolved => Some(self),
        }
    }

    /// Fires if it has been pending for long enough.
    fn held(self, seen: &Observation) -> Self {
        let is_long = match seen.hold {
            Hold::Readings(readings) => self.count >= readings,
            Hold::Duration(hold) => Duration::try_from(seen.at - self.since).is_ok_and(|held| held >= hold),
        };
        if self.state == AlertState::Pending && is_long {
            return Self { state: AlertState::Firing, ..self }.continued(seen);
        }
        self
    }

    /// The end of an episode that nobody heard of is no end: it goes on.
    fn continued(self, seen: &Observation) -> Self {
        let is_unheard = !self.channels.is_empty() && self.channels.values().all(Told::waits_for_the_end);
        if self.state != AlertState::Firing || !is_unheard {
            return self;
        }
        let Self { mut past, count, .. } = self;
        let Some(before) = past.pop() else { return Self { past, ..self } };
        let (since, count) = (before.since, count.saturating_add(before.count));
        Self { since, count, past, firing: words::firing(seen, since), resolved: None, ..self }
    }

    fn over(mut self, at: Timestamp, over: Notification) -> Self {
        let title = self.firing.title.clone();
        self.past.push(Episode { since: self.since, until: at, count: self.count, title });
        let surplus = self.past.len().saturating_sub(PAST);
        self.past.drain(..surplus);
        Self { state: AlertState::Resolved, until: Some(at), seen: at, resolved: Some(over), ..self }
    }

    /// What was pending came to nothing. What is left is what was there before it.
    fn dropped(self) -> Option<Self> {
        let last = self.past.last()?.clone();
        let Episode { since, until, count, .. } = last;
        Some(Self { state: AlertState::Resolved, since, until: Some(until), count, ..self })
    }
}
