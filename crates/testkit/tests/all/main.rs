//! The replay of test cases, missing servers, and each server that tests may run against.

// Clippy knows the tests themselves, not the functions they share.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

mod replay;
mod require;
mod servers;
