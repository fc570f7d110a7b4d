//! Brings what devices publish over MQTT to the stores.
//!
//! [`mapping`] is what a person wrote down, [`transform`] makes rows of messages by it, [`zigbee`] knows what needs no
//! writing down, and [`bridge`] drives all of it between broker and stores.

mod arrivals;
pub mod bridge;
pub mod check;
pub mod config;
mod explain;
mod gather;
pub mod mapping;
mod memory;
mod sampler;
mod telling;
pub mod transform;
mod waiting;
pub mod zigbee;

/// The name of the program.
const NAME: &str = env!("CARGO_PKG_NAME");
