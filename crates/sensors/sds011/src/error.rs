//! Errors of readings and commands.

use std::io;
use std::time::Duration;

use fault::{Fault, Kind};

/// Errors of readings and commands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer came. The sensor sleeps, hangs, or is no SDS011. Opening the port again and waking it up may
    /// help.
    #[error("the sensor was silent for {:.1} s", after.as_secs_f32())]
    Silent {
        /// Time limit that has passed.
        after: Duration,
    },
    /// Frames were damaged in each attempt. If later readings fail as well, the cable is too long or loose.
    #[error("all {frames} frames of the last {:.1} s were damaged", after.as_secs_f32())]
    Damaged {
        /// Number of byte sequences that began like a frame and had a wrong checksum or tail.
        frames: u32,
        /// Duration of all attempts.
        after: Duration,
    },
    /// The port is gone: its adapter was unplugged. It has to be opened again.
    #[error("the sensor was unplugged")]
    Unplugged,
    /// The port failed. It has to be opened again.
    #[error("the serial port failed")]
    Io(#[source] io::Error),
}

impl Error {
    /// Whether the port has to be opened again before anything can come of it.
    pub fn needs_opening(&self) -> bool {
        !matches!(self, Self::Damaged { .. })
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            // A loose cable is pushed in again, a sensor gets its power back.
            Self::Silent { .. } | Self::Unplugged | Self::Io(_) => Kind::Temporary,
            Self::Damaged { .. } => Kind::Rejected,
        }
    }
}
