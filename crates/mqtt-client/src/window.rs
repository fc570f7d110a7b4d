//! Whether the broker waits for acknowledgements more than it sends.
//!
//! MQTT 3.1.1 has no word for how many messages a broker sends before the first is acknowledged. It shows when the
//! number that are unacknowledged comes to the same value again and again, and the broker goes on at once when some
//! are acknowledged.

use std::time::Duration;

use tokio::time::Instant;

/// How often the broker has to stop at the same number before anything is said.
const STOPS: u32 = 20;

/// A limit at least this high is no hindrance worth a word.
const ENOUGH: usize = 1000;

/// Who goes on as soon as this after an acknowledgement was waiting for it.
const AT_ONCE: Duration = Duration::from_millis(20);

/// Watches how many messages are unacknowledged.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The number at which the broker stopped last.
    stop: usize,
    /// How often in a row.
    stops: u32,
    acknowledged_at: Option<Instant>,
    is_told: bool,
}

impl Window {
    /// Notes that a message arrived.
    pub(crate) fn arrived(&mut self, now: Instant) {
        let Some(acknowledged_at) = self.acknowledged_at.take() else { return };
        if now.duration_since(acknowledged_at) > AT_ONCE {
            self.stops = 0;
        }
    }

    /// Notes that some of `unacknowledged` messages were acknowledged.
    pub(crate) fn acknowledged(&mut self, unacknowledged: usize, now: Instant) {
        self.acknowledged_at = Some(now);
        if unacknowledged != self.stop {
            // A smaller number than before is not a limit that was reached.
            self.stop = self.stop.max(unacknowledged);
            self.stops = 0;
            return;
        }
        self.stops += 1;
        if self.is_narrow() && !std::mem::replace(&mut self.is_told, true) {
            tracing::warn!(
                unacknowledged,
                "the broker waits for acknowledgements and limits the rate: it sends no more than so many messages \
                 before the first is acknowledged; Mosquitto: set max_inflight_messages to 1000 or more, and \
                 max_queued_messages to what may wait while this program is away"
            );
        }
    }

    /// Whether the broker has shown its limit.
    fn is_narrow(&self) -> bool {
        self.stops >= STOPS && self.stop < ENOUGH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A broker that sends `burst` messages, is acknowledged, and goes on after `pause`.
    fn watch(bursts: impl IntoIterator<Item = usize>, pause: Duration) -> Window {
        let mut window = Window::default();
        let mut now = Instant::now();
        for burst in bursts {
            for _ in 0..burst {
                window.arrived(now);
            }
            now += Duration::from_millis(100);
            window.acknowledged(burst, now);
            now += pause;
        }
        window
    }

    #[tokio::test]
    async fn a_broker_that_stops_at_the_same_number_is_found() {
        assert!(watch(std::iter::repeat_n(20, 22), Duration::from_millis(1)).is_narrow());
    }

    #[tokio::test]
    async fn devices_that_report_together_are_no_limit() {
        assert!(!watch(std::iter::repeat_n(20, 50), Duration::from_secs(1)).is_narrow());
    }

    #[tokio::test]
    async fn a_number_that_changes_is_no_limit() {
        assert!(!watch((0..200).map(|turn| 15 + turn % 7), Duration::from_millis(1)).is_narrow());
    }
}
