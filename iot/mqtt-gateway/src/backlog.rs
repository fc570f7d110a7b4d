//! Messages that arrived before the device list that describes them.

use std::time::Duration;

use mqtt_client::Token;
use record::Timestamp;
use tokio::time::Instant;

use crate::transform::Incoming;

/// Time limit for the device list. A broker sends retained messages right after a subscription.
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_MESSAGES: usize = 2_000;
const MOST_BYTES: usize = 1 << 20;

/// Deferred messages, oldest first. They are not acknowledged yet.
#[derive(Debug, Default)]
pub struct Backlog {
    messages: Vec<DeferredMessage>,
    bytes: usize,
    since: Option<Instant>,
}

/// A message that waits for the device list.
#[derive(Debug)]
pub struct DeferredMessage {
    topic: Box<str>,
    payload: Box<[u8]>,
    retained: bool,
    arrival: Timestamp,
    /// Token that acknowledges it, if needed.
    pub token: Option<Token>,
}

impl DeferredMessage {
    /// Copies a message.
    pub fn of(message: Incoming<'_>, token: Option<Token>) -> Self {
        let Incoming { topic, payload, retained, arrival } = message;
        Self { topic: topic.into(), payload: payload.into(), retained, arrival, token }
    }

    /// Borrows the message.
    pub fn message(&self) -> Incoming<'_> {
        Incoming {
            topic: &self.topic,
            payload: &self.payload,
            retained: self.retained,
            arrival: self.arrival,
        }
    }
}

impl Backlog {
    /// Adds a message.
    pub fn add(&mut self, message: DeferredMessage, now: Instant) {
        self.since.get_or_insert(now);
        self.bytes += message.topic.len() + message.payload.len();
        self.messages.push(message);
    }

    /// Whether a limit is reached.
    pub fn is_full(&self) -> bool {
        self.messages.len() >= MOST_MESSAGES || self.bytes >= MOST_BYTES
    }

    /// Time at which the messages are mapped without the device list.
    pub fn until(&self) -> Option<Instant> {
        self.since.map(|since| since + PATIENCE)
    }

    /// Takes all messages.
    pub fn take(&mut self) -> Vec<DeferredMessage> {
        std::mem::take(self).messages
    }
}
