//! A source of a device: a sensor or a stream, with the health and the failures of its own.

use std::cell::Cell;
use std::time::Duration;

use super::health::Health;
use super::readings::Readings;

/// A source of a device: a sensor or a stream, with the health and the failures of its own.
#[derive(Debug)]
pub(crate) struct DeviceSource {
    /// Its name, where the device has several sensors.
    pub(crate) name: Option<String>,
    pub(crate) readings: Readings,
    pub(crate) health: Health,
    /// Time to the next reading, where the present one set it.
    pub(crate) next_in: Cell<Option<Duration>>,
}

impl DeviceSource {
    pub(crate) fn new(name: Option<&str>) -> Self {
        let (name, readings) = (name.map(str::to_owned), Readings::default());
        Self { name, readings, health: Health::new(), next_in: Cell::new(None) }
    }

    /// The text, with the name of the source before it.
    pub(crate) fn naming(&self, text: &str) -> String {
        self.name.as_ref().map_or_else(|| text.to_owned(), |name| format!("{name}: {text}"))
    }
}
