//! What is asked of a broker, and what it delivers.

use bytes::Bytes;

/// What to subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// A topic; `+` stands for one level and `#` for all that follow. `$share/GROUP/` before it shares the messages
    /// among all subscribers of the group.
    pub topic: String,
    /// The most that is asked of the broker; a message comes with less if it was published with less.
    pub qos: Qos,
}

impl Filter {
    /// What to subscribe to, and how.
    pub fn new(topic: impl Into<String>, qos: Qos) -> Self {
        Self { topic: topic.into(), qos }
    }
}

/// How much broker and receiver do to get a message across.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    /// Sent once and forgotten, `QoS` 0.
    AtMostOnce,
    /// Kept by the broker until it is acknowledged, `QoS` 1.
    AtLeastOnce,
}

/// One message from the broker.
#[derive(Debug, Clone)]
pub struct Message {
    /// Where it was published.
    pub topic: String,
    /// What was published; empty where that is larger than the limit on packets. It may share memory with its
    /// neighbors, so whoever keeps a part of it for long should copy that.
    pub payload: Bytes,
    /// How large the payload was, in bytes.
    pub size: usize,
    /// Whether it was there before the subscription, as the last that was said on its topic.
    pub retained: bool,
    /// Whether the broker has sent it before and does not know if it arrived.
    pub duplicate: bool,
    /// How it was delivered.
    pub qos: Qos,
    /// What acknowledges it.
    pub token: Token,
}

impl Message {
    /// Whether the payload was larger than the limit on packets, and was left out.
    pub fn is_too_large(&self) -> bool {
        self.size > self.payload.len()
    }
}

/// What acknowledges one message, on the connection it came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Counts connections from 1; 0 for what needs no acknowledgement.
    pub(crate) connection: u32,
    /// Counts the messages of a connection that need one.
    pub(crate) number: u64,
}

impl Token {
    /// Of a message that nobody waits to see acknowledged.
    pub(crate) const NONE: Self = Self { connection: 0, number: 0 };

    /// Which connection the message came by, counted from 1; 0 where nobody waits to see it acknowledged.
    pub fn connection(self) -> u32 {
        self.connection
    }

    /// Which message of its connection it is, of those that are to be acknowledged, in order of arrival.
    pub fn number(self) -> u64 {
        self.number
    }
}
