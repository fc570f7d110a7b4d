//! Detection of a low in-flight limit of the broker.
//!
//! MQTT 3.1.1 cannot ask how many messages a broker sends before the first is acknowledged. The limit shows when the
//! number of unacknowledged messages reaches the same value again and again, and the broker sends the next message as
//! soon as some are acknowledged.

use std::time::Duration;

use tokio::time::Instant;

/// Number of stops in a row at the same value before the warning.
const STOPS: u32 = 20;

/// Limit from which on no warning is needed.
const ENOUGH: usize = 1000;

/// Longest time between an acknowledgement and the next message of a broker that was waiting for it.
const AT_ONCE: Duration = Duration::from_millis(20);

/// Watches the number of unacknowledged messages, and warns once if the broker limits it to a low value.
#[derive(Debug, Default)]
pub(crate) struct InFlightLimit {
    /// Number of unacknowledged messages at the last stop of the broker.
    stop: usize,
    /// Number of stops in a row at that value.
    stops: u32,
    acknowledged_at: Option<Instant>,
    has_warned: bool,
}

impl InFlightLimit {
    /// Records the arrival of a message.
    pub(crate) fn arrived(&mut self, now: Instant) {
        let Some(acknowledged_at) = self.acknowledged_at.take() else { return };
        if now.duration_since(acknowledged_at) > AT_ONCE {
            self.stops = 0;
        }
    }

    /// Records that some of `unacknowledged` messages were acknowledged.
    pub(crate) fn acknowledged(&mut self, unacknowledged: usize, now: Instant) {
        self.acknowledged_at = Some(now);
        if unacknowledged != self.stop {
            // A number below an earlier one is not the limit.
            self.stop = self.stop.max(unacknowledged);
            self.stops = 0;
            return;
        }
        self.stops += 1;
        if self.is_low() && !std::mem::replace(&mut self.has_warned, true) {
            tracing::warn!(
                unacknowledged,
                "the broker allows only this many unacknowledged messages, which limits the rate; for Mosquitto, set \
                 max_inflight_messages to 1000 or more, and max_queued_messages to the number of messages to keep \
                 while this program is stopped"
            );
        }
    }

    /// Whether a low limit has shown.
    fn is_low(&self) -> bool {
        self.stops >= STOPS && self.stop < ENOUGH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simulates a broker that sends a burst, is acknowledged, and goes on after `pause`.
    fn watch(bursts: impl IntoIterator<Item = usize>, pause: Duration) -> InFlightLimit {
        let mut limit = InFlightLimit::default();
        let mut now = Instant::now();
        for burst in bursts {
            for _ in 0..burst {
                limit.arrived(now);
            }
            now += Duration::from_millis(100);
            limit.acknowledged(burst, now);
            now += pause;
        }
        limit
    }

    #[tokio::test]
    async fn a_broker_that_stops_at_the_same_number_is_found() {
        assert!(watch(std::iter::repeat_n(20, 22), Duration::from_millis(1)).is_low());
    }

    #[tokio::test]
    async fn devices_that_report_together_are_no_limit() {
        assert!(!watch(std::iter::repeat_n(20, 50), Duration::from_secs(1)).is_low());
    }

    #[tokio::test]
    async fn a_number_that_changes_is_no_limit() {
        assert!(!watch((0..200).map(|turn| 15 + turn % 7), Duration::from_millis(1)).is_low());
    }
}
