//! A live SCD40: measures the air of a room, obeys, refuses invalid commands, and misbehaves on request.

mod model;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Bus, Clock, Device, NoAcknowledge, Recording, Room};
use model::{Model, Source};

/// A sensor. Clones are the same one, so that a test can look into the one on the bus.
#[derive(Debug, Clone)]
pub struct Scd4xSim {
    model: Arc<Mutex<Model>>,
    clock: Clock,
}

/// A fault that occurs once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InjectedFault {
    /// The next answer has a wrong checksum.
    Checksum,
    /// The next transaction is not acknowledged.
    NoAcknowledge,
}

impl Scd4xSim {
    /// Its address.
    pub const ADDRESS: u8 = 0x62;

    /// A sensor in `room`, as it is after it got power.
    pub fn new(room: Room, clock: Clock) -> Self {
        Self::of(Source::Room(room), clock)
    }

    /// A sensor that obeys, and whose measurements are the lines of `recording`. When it is over, none is ready.
    pub fn replaying(recording: Recording, clock: Clock) -> Self {
        Self::of(Source::Recording(recording), clock)
    }

    fn of(source: Source, clock: Clock) -> Self {
        Self { model: Arc::new(Mutex::new(Model::new(source))), clock }
    }

    /// A bus with this sensor alone.
    pub fn on_bus(&self) -> Bus {
        Bus::new().with(Self::ADDRESS, self.clone())
    }

    /// Queues a fault. Faults occur in their order.
    pub fn misbehave(&self, fault: InjectedFault) {
        self.model().faults.push_back(fault);
    }

    /// Interrupts its power: it stops measuring, and loses its settings.
    pub fn reset(&self) {
        self.model().reset();
    }

    /// Takes it off the bus, or puts it back, without power in between.
    pub fn set_plugged(&self, is_plugged: bool) {
        let mut model = self.model();
        model.is_plugged = is_plugged;
        model.reset();
    }

    /// Whether it measures.
    pub fn is_measuring(&self) -> bool {
        self.model().is_measuring()
    }

    /// Height above the sea, as it was set, in meters.
    pub fn altitude(&self) -> u16 {
        self.model().altitude
    }

    /// Whether it calibrates itself.
    pub fn self_calibration(&self) -> bool {
        self.model().self_calibration
    }

    /// Target of the last recalibration, in ppm.
    pub fn recalibrated(&self) -> Option<u16> {
        self.model().recalibrated
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device for Scd4xSim {
    fn write(&mut self, bytes: &[u8]) -> Result<(), NoAcknowledge> {
        self.model().write(bytes, self.clock.now())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), NoAcknowledge> {
        self.model().read(buffer, self.clock.now())
    }
}
