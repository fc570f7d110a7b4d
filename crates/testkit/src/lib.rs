//! Test cases replayed through shipped programs, faults of all kinds against them, and private servers to test against.

pub mod device;
#[allow(clippy::missing_panics_doc, reason = "a claim that does not hold panics")]
pub mod faults;
mod program;
#[allow(clippy::missing_panics_doc, reason = "a test case that does not hold panics")]
pub mod replay;
mod require;
pub mod requirement;
pub mod secrets;
pub mod servers;
pub mod simulator;
#[allow(clippy::missing_panics_doc, reason = "a world that cannot be set up fails its test")]
pub mod world;

pub use program::{Outcome, Program, Running};
pub use require::require;
pub use requirement::Requirement;
