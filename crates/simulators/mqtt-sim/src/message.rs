//! A message, as publishers, the broker and subscribers know it.

use bytes::Bytes;

/// How hard the two ends try. Level 2 is not spoken here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qos {
    /// Sent and forgotten.
    AtMostOnce,
    /// Sent until acknowledged.
    #[default]
    AtLeastOnce,
}

/// A payload under a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it belongs, such as `zigbee2mqtt/kitchen/plug`.
    pub topic: String,
    /// Any bytes.
    pub payload: Bytes,
    /// Whether the broker keeps it for those who subscribe later; on arrival, whether it was kept.
    pub retain: bool,
    /// How it travels.
    pub qos: Qos,
}

impl Message {
    /// A message that is not retained, at least once.
    pub fn new(topic: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self { topic: topic.into(), payload: payload.into(), retain: false, qos: Qos::default() }
    }

    /// The message, to be retained or not.
    #[must_use]
    pub fn retained(self, retain: bool) -> Self {
        Self { retain, ..self }
    }

    /// The payload as text. What is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }
}
