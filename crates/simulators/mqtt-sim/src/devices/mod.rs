//! Messages of devices: a Zigbee2MQTT installation, an ESP32 with a DHT22, and a node of ESPHome.
//!
//! Messages depend on the time alone, without randomness or state, so that a day can be replayed and compared.

mod esp32;
mod exposes;
mod house;
mod zigbee;

use jiff::Timestamp;

use crate::Message;
pub use esp32::{Dht22, EspHome};
pub use zigbee::{LastSeen, Zigbee2Mqtt};

/// A client of the broker, with its messages.
pub trait Installation: Send + Sync {
    /// Last will of the connection.
    fn will(&self) -> Option<Message>;

    /// Retained messages after connecting.
    fn announce(&self) -> Vec<Message>;

    /// Messages at a time.
    fn report(&self, time: Timestamp) -> Vec<Message>;
}
