//! A pseudo-terminal that speaks like a serial sensor, with noise, damage, resets and a plug to pull.
//!
//! A [`Port`] runs a [`Sensor`] on a thread of its own until it is dropped. A program opens its path as it would open
//! `/dev/ttyUSB0`. Bytes of the sensor pass a line with the given [`Faults`]. The sensors that programs
//! of this platform read are here as well: [`Sds011Sim`]. The simulator of any other sensor lies with its driver, as an
//! example that hands its model to [`simulate`].
//!
//! This crate does not know the drivers it answers, and nothing that ships depends on it.

mod air;
mod faults;
mod port;
mod program;
mod random;
mod recording;
mod sds011;
mod terminal;

use std::time::Duration;

pub use air::{Dust, Street};
pub use faults::Faults;
pub use port::{Options, Place, Port};
pub use program::{LineArguments, SimulatorArguments, simulate};
pub use recording::Recording;
pub use sds011::Sds011Sim;

/// A sensor on a serial line. Times are since it was started.
pub trait Sensor: Send + 'static {
    /// Frames to send now, after these received bytes; may be empty.
    fn speak(&mut self, received: &[u8], now: Duration) -> Vec<Vec<u8>>;

    /// Time of the next frame that it sends by itself; `None` if it sends none.
    fn due(&self) -> Option<Duration>;

    /// Loses its power and gets it back.
    fn reset(&mut self, now: Duration);
}
