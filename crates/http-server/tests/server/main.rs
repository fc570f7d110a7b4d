//! Tests of the server over sockets.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod access;
mod client;
mod ending;
mod limits;
mod routes;
