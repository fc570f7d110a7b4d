//! Fault tests: the gateway loses no message and stores none twice, with a real broker.
//!
//! Devices publish numbered messages in a steady flow at `QoS` 1. At the end, each number that the broker has
//! acknowledged is stored once. `FAULTS_LONG=1` makes the flows ten times as long.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is test code")]

mod broker;
mod clock;
mod disk;
mod flow;
mod messages;
mod network;
mod process;
mod scene;
mod store;
