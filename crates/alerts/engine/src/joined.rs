//! One alert out of two that were kept in two places.

use std::collections::BTreeMap;

use crate::{Alert, AlertState};

impl Alert {
    /// The alert together with what was kept of it elsewhere, while this was out of reach.
    ///
    /// What was kept elsewhere came later and knew nothing of this. It is what is so, unless it only says that what is
    /// kept here goes on. To join the same twice changes nothing.
    #[must_use]
    pub fn joined(self, later: Self) -> Self {
        if self == later {
            return self;
        }
        let goes_on = match later.state {
            AlertState::Firing => self.state == AlertState::Firing,
            // It has come to nothing yet, and cannot end what fires here.
            AlertState::Pending => self.state != AlertState::Resolved && later.past.is_empty(),
            AlertState::Resolved => false,
        };
        // Where an end was told in the meantime, channels that heard of it are not listed any more.
        let mut channels = if later.past.is_empty() { self.channels } else { BTreeMap::new() };
        channels.extend(later.channels);
        let mut past = self.past;
        past.retain(|episode| !later.past.contains(episode));
        past.extend(later.past);
        if goes_on {
            let seen = self.seen.max(later.seen);
            let count = self.count.saturating_add(later.count);
            return Self { seen, count, past, channels, ..self };
        }
        Self { past, channels, resolved: later.resolved.or(self.resolved), ..later }
    }
}
