//! Tests of the shipped program with a filled store: pages, JSON and metrics.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod description;
mod http;
mod pages;
mod scale;
mod server;
mod stage;
