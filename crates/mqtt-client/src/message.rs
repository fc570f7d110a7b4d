//! Messages from a broker, and the filters that select them.

use bytes::Bytes;

/// Topic filter of a subscription, with its quality of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Topic filter: `+` stands for one level, `#` for all levels that follow. The prefix `$share/GROUP/` distributes
    /// the messages among the subscribers of the group.
    pub topic: String,
    /// Highest quality of service; a message that was published with a lower one keeps it.
    pub qos: Qos,
}

impl Filter {
    /// Creates a filter.
    pub fn new(topic: impl Into<String>, qos: Qos) -> Self {
        Self { topic: topic.into(), qos }
    }
}

/// Quality of service of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    /// Sent once and forgotten, `QoS` 0.
    AtMostOnce,
    /// Kept by the broker until it is acknowledged, `QoS` 1.
    AtLeastOnce,
}

/// A message from the broker.
#[derive(Debug, Clone)]
pub struct Message {
    /// Topic it was published to.
    pub topic: String,
    /// Payload; empty if it was larger than the packet limit. It may share memory with other messages, so copy a part
    /// that is kept for long.
    pub payload: Bytes,
    /// Size of the published payload, in bytes.
    pub size: usize,
    /// Whether it is the retained message of its topic, published before the subscription.
    pub retained: bool,
    /// Whether the broker may have sent it before.
    pub duplicate: bool,
    /// Quality of service of the delivery.
    pub qos: Qos,
    /// Token that acknowledges it.
    pub token: Token,
}

impl Message {
    /// Whether the payload is missing because it was larger than the packet limit.
    pub fn is_too_large(&self) -> bool {
        self.size > self.payload.len()
    }
}

/// Acknowledgement token of one message on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Number of the connection, from 1; 0 if the message needs no acknowledgement.
    pub(crate) connection: u32,
    /// Number of the message among those of its connection that need an acknowledgement.
    pub(crate) number: u64,
}

impl Token {
    /// Token of a message that needs no acknowledgement.
    pub(crate) const NONE: Self = Self { connection: 0, number: 0 };

    /// Number of the connection, counted from 1; 0 if the message needs no acknowledgement.
    pub fn connection(self) -> u32 {
        self.connection
    }

    /// Number of the message, in order of arrival, among those of its connection that need an acknowledgement.
    pub fn number(self) -> u64 {
        self.number
    }
}
