//! The way a sensor is read.

use std::time::Duration;

/// The way a sensor is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// Time from one reading to the next.
    pub interval: Duration,
    /// Number of readings that are thrown away after each opening, while the sensor settles.
    pub warm_up: u32,
    /// Number of identical readings in a row after which the sensor counts as stuck; `None` where it may well show the
    /// same for long. `STALE_AFTER_READINGS` goes before it.
    pub stale_after: Option<u32>,
}
