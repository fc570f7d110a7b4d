//! What devices say: a Zigbee2MQTT installation, an ESP32 with a DHT22, and a node of ESPHome.
//!
//! Nothing is random and nothing is remembered: what a device says follows from the time. So a day can be replayed and
//! compared.

mod esp32;
mod exposes;
mod house;
mod zigbee;

use jiff::Timestamp;

use crate::Message;
pub use esp32::{Dht22, EspHome};
pub use zigbee::{LastSeen, Zigbee2Mqtt};

/// One client of the broker, and what it publishes.
pub trait Installation: Send + Sync {
    /// What the broker publishes when the connection breaks.
    fn will(&self) -> Option<Message>;

    /// What it says when it has connected. These messages are retained.
    fn announce(&self) -> Vec<Message>;

    /// What it says at a time.
    fn report(&self, time: Timestamp) -> Vec<Message>;
}
