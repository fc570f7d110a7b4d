//! An I2C bus with simulated sensors on it, for drivers and for whole programs.
//!
//! A [`Script`] expects transactions byte by byte, for the tests of a driver. A [`Bus`] carries [`Device`]s that live: a
//! [`Scd4xSim`] measures the air of a [`Room`] over the day, and misbehaves on request. Their time is that of a
//! [`Clock`], which runs, runs faster, or is moved by the waits of the driver. A [`BusServer`] puts a bus behind a Unix
//! socket, where programs reach it as they ship. The simulator of any other sensor lies with its driver, as an example
//! that hands its model to [`simulate`].
//!
//! This crate does not know the drivers it answers, and nothing that ships depends on it.

mod bus;
mod clock;
mod program;
mod recording;
mod room;
mod scd4x;
mod script;
mod server;

pub use bus::{Bus, Device, NoAcknowledge};
pub use clock::Clock;
pub use program::{serve_bus, simulate};
pub use recording::Recording;
pub use room::{Air, Room};
pub use scd4x::{InjectedFault, Scd4xSim};
pub use script::{Script, Step};
pub use server::BusServer;
