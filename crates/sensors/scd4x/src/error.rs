//! Errors of readings and commands.

use std::time::Duration;

use fault::{Fault, Kind};

/// Errors of readings and commands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No acknowledgement. No sensor is there, it is busy, it does not take this command in its present
    /// state, or it has nothing new to read.
    #[error("the sensor did not acknowledge `{command}`")]
    NoAcknowledge {
        /// The command, by its name in the data sheet.
        command: &'static str,
    },
    /// The checksum was wrong in each attempt.
    #[error("the answer to `{command}` had a wrong checksum")]
    Checksum {
        /// The command, by its name in the data sheet.
        command: &'static str,
    },
    /// The bus failed.
    #[error("the I2C bus failed at `{command}`: {cause}")]
    Bus {
        /// The command, by its name in the data sheet.
        command: &'static str,
        /// Description by the bus. Of its error, embedded-hal promises no more than this text.
        cause: String,
    },
    /// No measurement became ready. The sensor was reset and measures no more: start it again.
    #[error("no measurement was ready within {} s", after.as_secs())]
    Silent {
        /// Time limit that has passed.
        after: Duration,
    },
    /// The sensor could not recalibrate: it has to measure for three minutes before.
    #[error("the sensor refused the recalibration: it has to measure for 3 minutes in steady air before")]
    NotRecalibrated,
    /// A setting is outside of the range of the sensor.
    #[error("{setting} is {given}; the sensor takes {takes}")]
    OutOfRange {
        /// The setting.
        setting: &'static str,
        /// Given value, with its unit.
        given: String,
        /// Valid values.
        takes: &'static str,
    },
}

impl Error {
    /// Whether the sensor has to be started again before anything can come of it.
    pub fn needs_start(&self) -> bool {
        !matches!(self, Self::Checksum { .. } | Self::OutOfRange { .. })
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NoAcknowledge { .. } | Self::Bus { .. } | Self::Silent { .. } => Kind::Temporary,
            Self::Checksum { .. } => Kind::Rejected,
            // A person has to do something else before.
            Self::NotRecalibrated | Self::OutOfRange { .. } => Kind::Configuration,
        }
    }
}
