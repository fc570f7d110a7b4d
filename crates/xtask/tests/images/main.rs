//! Images as they ship, run in a Docker engine the way a careful operator runs them: read-only, by nobody, without any
//! capability, beside real servers. `cargo xtask test images` makes the images, finds an engine, and runs these.
//!
//! `IMAGES` says which images are there, as in `registry/platform/*:tag`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod container;
mod contents;
mod device;
#[allow(dead_code, reason = "it is also compiled alone, to run in a container of its own")]
mod door;
mod engine;
mod job;
mod network;
mod registry;
mod service;
