//! The shipped program over a store as programs leave it: what its pages, its JSON and its metrics say.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod http;
mod pages;
mod scale;
mod server;
mod stage;
