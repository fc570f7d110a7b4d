//! Frames the sensor sends: ten bytes, head and tail around a checksum.

/// Length of a frame of the sensor, in bytes.
pub(crate) const LENGTH: usize = 10;
pub(crate) const HEAD: u8 = 0xAA;
pub(crate) const TAIL: u8 = 0xAB;
pub(crate) const MEASURED: u8 = 0xC0;
pub(crate) const ANSWERED: u8 = 0xC5;

/// A frame of the sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Frame {
    /// A measurement, `AA C0`.
    Measured {
        /// Measured values.
        reading: Reading,
        /// Number of the sensor.
        device: DeviceId,
    },
    /// An answer to a command, `AA C5`.
    Answered(Answer),
}

/// Fine dust in the air. The sensor knows 0.0 to 999.9, in steps of 0.1; the values of the frame are not judged here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Particles up to 2.5 µm, in µg/m³.
    pub pm2_5: f64,
    /// Particles up to 10 µm, in µg/m³.
    pub pm10: f64,
}

/// The answer to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The code of the command it answers.
    pub command: u8,
    /// Data bytes.
    pub data: [u8; 3],
    /// Number of the sensor.
    pub device: DeviceId,
}

/// The number of a sensor, given to it in the factory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId(pub [u8; 2]);

impl DeviceId {
    /// Address of any sensor that listens.
    pub const ANY: Self = Self([0xFF, 0xFF]);

    /// Whether this address matches the sensor `other`.
    pub(crate) fn includes(self, other: Self) -> bool {
        self == Self::ANY || self == other
    }
}

/// As it is printed on the sensor's back: `A160`.
impl std::fmt::Display for DeviceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([high, low]) = self;
        write!(f, "{high:02X}{low:02X}")
    }
}

/// The sum that protects the bytes between head and tail.
pub(crate) fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The frame in ten bytes whose head, tail and checksum are right.
pub(crate) fn parse(bytes: [u8; LENGTH]) -> Frame {
    let [_, kind, d1, d2, d3, d4, id1, id2, _, _] = bytes;
    let tenths = |low, high| f64::from(u16::from_le_bytes([low, high])) / 10.0;
    if kind == ANSWERED {
        let device = DeviceId([id1, id2]);
        return Frame::Answered(Answer { command: d1, data: [d2, d3, d4], device });
    }
    Frame::Measured {
        reading: Reading { pm2_5: tenths(d1, d2), pm10: tenths(d3, d4) },
        device: DeviceId([id1, id2]),
    }
}
