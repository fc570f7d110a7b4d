//! Faults that the gateway has to survive without a loss, between a real broker and its store.
//!
//! Devices publish numbered messages in a steady flow at `QoS` 1. At the end each number that the broker has
//! acknowledged is stored, and none under two times. `FAULTS_LONG=1` makes the flows ten times as long.

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
