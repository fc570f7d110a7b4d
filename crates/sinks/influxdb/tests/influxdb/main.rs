//! The sink against servers that answer as told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

mod answers;
mod engines;
mod refusals;
mod server;
