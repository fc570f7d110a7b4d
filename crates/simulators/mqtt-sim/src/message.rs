//! Messages of publishers, broker and subscribers.

use bytes::Bytes;

/// Quality of service. QoS 2 is not supported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Qos {
    /// QoS 0: sent once, without acknowledgement.
    AtMostOnce,
    /// QoS 1: sent until acknowledged.
    #[default]
    AtLeastOnce,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Topic, such as `zigbee2mqtt/kitchen/plug`.
    pub topic: String,
    /// Payload.
    pub payload: Bytes,
    /// Whether the broker retains it; for a received message, whether it was retained.
    pub retain: bool,
    /// Quality of service.
    pub qos: Qos,
}

impl Message {
    /// Creates a message at QoS 1 that is not retained.
    pub fn new(topic: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self { topic: topic.into(), payload: payload.into(), retain: false, qos: Qos::default() }
    }

    /// Sets whether the message is retained.
    #[must_use]
    pub fn retained(self, retain: bool) -> Self {
        Self { retain, ..self }
    }

    /// The payload as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }
}
