//! The environment of the program: a bus with or without a sensor, and simulated stores.

use i2c_sim::{Bus, BusServer, Clock, Recording, Room, Scd4xSim};
use testkit::world::World;

/// A world with a bus.
pub(crate) struct Environment {
    pub(crate) world: World,
    pub(crate) bus: BusServer,
}

impl Environment {
    /// A sensor in a room whose day takes so many seconds.
    pub(crate) fn in_room(room: Room) -> Self {
        Self::with(|clock| Scd4xSim::new(room, clock).on_bus())
    }

    /// A sensor that measures as recorded.
    pub(crate) fn replaying(recording: Recording) -> Self {
        Self::with(|clock| Scd4xSim::replaying(recording, clock).on_bus())
    }

    /// A bus without a sensor.
    pub(crate) fn empty() -> Self {
        Self::with(|_| Bus::new())
    }

    fn with(bus: impl FnOnce(Clock) -> Bus) -> Self {
        let clock = Clock::manual();
        let bus = BusServer::start(bus(clock.clone()), clock).unwrap();
        let mut world = World::without_source(&testkit::program!());
        world.set("I2C_BUS", &bus.address());
        Self { world, bus }
    }
}
