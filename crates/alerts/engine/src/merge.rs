//! One alert out of two that were stored in two places.

use std::collections::BTreeMap;

use crate::{Alert, AlertState};

impl Alert {
    /// The alert together with the one that was stored elsewhere while this one was out of reach.
    ///
    /// The other came later and knew nothing of this one. Its state counts, unless it only says that this one goes on.
    /// Merging the same twice changes nothing.
    #[must_use]
    pub fn merge(self, later: Self) -> Self {
        if self == later {
            return self;
        }
        let goes_on = match later.state {
            AlertState::Firing => self.state == AlertState::Firing,
            // It has not fired yet, and cannot end an alert that fires here.
            AlertState::Pending => self.state != AlertState::Resolved && later.past.is_empty(),
            AlertState::Resolved => false,
        };
        let occurrences = self.occurrences.merge(later.occurrences);
        // If an end was sent in the meantime, the channels that got it are not listed any more.
        let mut channels = if later.past.is_empty() { self.channels } else { BTreeMap::new() };
        channels.extend(later.channels);
        let mut past = self.past;
        past.retain(|episode| !later.past.contains(episode));
        past.extend(later.past);
        if goes_on {
            let seen = self.seen.max(later.seen);
            let count = self.count.saturating_add(later.count);
            return Self { seen, count, past, channels, occurrences, ..self };
        }
        Self { past, channels, occurrences, resolved: later.resolved.or(self.resolved), ..later }
    }
}
