//! The program as it ships, on a simulated bus and with simulated stores.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod environment;
mod live;
