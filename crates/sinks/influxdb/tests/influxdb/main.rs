//! The sink against servers with scripted responses.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

mod answers;
mod engines;
mod refusals;
mod server;
