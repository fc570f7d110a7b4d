//! Environment of the program: a sensor on a port, and the world of a device.

use serial_sim::{Port, Sensor};
use testkit::world::World;

/// A world with a sensor on a port.
pub(crate) struct Environment {
    pub(crate) world: World,
    pub(crate) port: Port,
}

impl Environment {
    /// The sensor, and a program that trusts it at once and asks it once.
    pub(crate) fn with(sensor: impl Sensor) -> Self {
        let mut world = World::without_source(&testkit::program!());
        let port = Port::start(sensor).unwrap();
        world.set("SERIAL_PORT", port.path().to_str().unwrap());
        world.set("WARM_UP_SECONDS", "0.001");
        world.set("SAMPLES", "1");
        Self { world, port }
    }
}
