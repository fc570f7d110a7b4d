//! The shipped program with a simulated sensor on a terminal, and simulated stores.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod environment;
mod live;
