//! Messages that came before the list of devices that tells what they are.

use std::time::Duration;

use mqtt_client::Token;
use record::Timestamp;
use tokio::time::Instant;

use crate::transform::Incoming;

/// How long the list is waited for. A broker sends what it kept right after a subscription.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_MESSAGES: usize = 2_000;
const MOST_BYTES: usize = 1 << 20;

/// Messages that wait, the oldest first. None of them is acknowledged meanwhile.
#[derive(Debug, Default)]
pub struct Waiting {
    messages: Vec<Held>,
    bytes: usize,
    since: Option<Instant>,
}

/// A message that waits.
#[derive(Debug)]
pub struct Held {
    topic: Box<str>,
    payload: Box<[u8]>,
    retained: bool,
    arrival: Timestamp,
    /// What acknowledges it, where somebody waits for that.
    pub token: Option<Token>,
}

impl Held {
    /// A copy of a message.
    pub fn of(message: Incoming<'_>, token: Option<Token>) -> Self {
        let Incoming { topic, payload, retained, arrival } = message;
        Self { topic: topic.into(), payload: payload.into(), retained, arrival, token }
    }

    /// The message.
    pub fn message(&self) -> Incoming<'_> {
        Incoming {
            topic: &self.topic,
            payload: &self.payload,
            retained: self.retained,
            arrival: self.arrival,
        }
    }
}

impl Waiting {
    /// Lets one more message wait.
    pub fn add(&mut self, message: Held, now: Instant) {
        self.since.get_or_insert(now);
        self.bytes += message.topic.len() + message.payload.len();
        self.messages.push(message);
    }

    /// Whether as many wait as there is room for.
    pub fn is_full(&self) -> bool {
        self.messages.len() >= MOST_MESSAGES || self.bytes >= MOST_BYTES
    }

    /// When the waiting has to end.
    pub fn until(&self) -> Option<Instant> {
        self.since.map(|since| since + PATIENCE)
    }

    /// Takes all of them.
    pub fn take(&mut self) -> Vec<Held> {
        std::mem::take(self).messages
    }
}
