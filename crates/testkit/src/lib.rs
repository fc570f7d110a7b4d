//! Test cases replayed through shipped programs, and private servers to test against.

mod require;
pub mod servers;

pub use require::require;
