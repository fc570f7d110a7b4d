//! The program on a simulated bus, with simulated stores: the example `simulated`, which is the same code but for the bus.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod live;
mod surroundings;
