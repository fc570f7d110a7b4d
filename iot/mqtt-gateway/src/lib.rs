//! Stores messages that devices publish over MQTT.
//!
//! [`mapping`] reads the mapping file, [`transform`] maps messages to rows by it, [`zigbee`] maps messages of
//! Zigbee2MQTT without configuration, and [`bridge`] connects broker and stores.

mod arrival_times;
mod backlog;
mod batcher;
pub mod bridge;
pub mod check;
pub mod config;
mod explain;
mod learned_state;
pub mod mapping;
mod reporter;
mod sampler;
pub mod transform;
pub mod zigbee;

/// Name of the program.
const NAME: &str = env!("CARGO_PKG_NAME");
