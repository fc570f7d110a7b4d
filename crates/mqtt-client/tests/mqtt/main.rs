//! Publishing and subscribing, with a real broker and with one that plays a script.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod broker;
mod program;
mod script;
mod scripted;
mod security;
