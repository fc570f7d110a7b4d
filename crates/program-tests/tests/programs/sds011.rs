//! `sds011-air-quality` beside a sensor that hears its commands: it ends, comes back, and rests when it should.

use std::time::Duration;

use serial_sim::{Port, Sds011Sim, Sensor, Street};
use testkit::Program;
use testkit::world::{World, until};

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    told_to_end_it_leaves_the_sensor_asleep
    without_a_duty_cycle_the_sensor_never_sleeps
    a_sensor_that_does_not_answer_does_not_hold_up_the_end
    bad_air_is_measured_again_and_again_without_sleep
    a_sensor_that_is_plugged_in_again_comes_back_by_itself
    a_check_reads_the_sensor_at_once_and_stores_nothing
};

const SLEEP: [u8; 5] = [0xAA, 0xB4, 6, 1, 0];
const QUERY: [u8; 3] = [0xAA, 0xB4, 4];
const FIRMWARE: [u8; 3] = [0xAA, 0xB4, 7];
const WAKE: [u8; 5] = [0xAA, 0xB4, 6, 1, 1];

/// A world with a sensor on a port.
struct Environment {
    world: World,
    port: Port,
}

fn environment(program: &Program) -> Environment {
    let mut environment = Environment::with(program, Sds011Sim::new(Street::default()));
    environment.world.set("INTERVAL_SECONDS", "0.2");
    environment
}

impl Environment {
    /// The sensor, and a program that trusts it at once and asks it once.
    fn with(program: &Program, sensor: impl Sensor) -> Self {
        let mut world = World::without_source(program);
        let port = Port::start(sensor).unwrap();
        world.set("SERIAL_PORT", port.path().to_str().unwrap());
        world.set("WARM_UP_SECONDS", "0.001");
        world.set("SAMPLES", "1");
        Self { world, port }
    }

    fn readings(&self) -> usize {
        self.world.lines().lines().count()
    }

    fn received(&self, command: &[u8]) -> usize {
        self.port.received().windows(command.len()).filter(|bytes| *bytes == command).count()
    }
}

fn told_to_end_it_leaves_the_sensor_asleep(program: &Program) {
    let mut environment = environment(program);
    environment.world.set("DUTY_CYCLE", "on");
    environment.world.set("INTERVAL_SECONDS", "600");
    let program = environment.world.start(&[]);
    until("a reading", || environment.readings() == 1);
    program.terminate();
    assert_eq!(environment.world.end(program).exit, Some(0));
    let received = environment.port.received();
    assert_eq!(received[received.len() - 19..][..5], SLEEP);
}

fn without_a_duty_cycle_the_sensor_never_sleeps(program: &Program) {
    let mut environment = environment(program);
    environment.world.set("DUTY_CYCLE", "off");
    let program = environment.world.start(&[]);
    until("three readings", || environment.readings() >= 3);
    program.terminate();
    assert_eq!(environment.world.end(program).exit, Some(0));
    assert_eq!(environment.received(&SLEEP), 0);
    assert_eq!(environment.received(&FIRMWARE), 1, "it is set up once, and left alone at the end");
}

/// A sensor that receives everything and never answers.
struct Mute;

impl Sensor for Mute {
    fn speak(&mut self, _received: &[u8], _now: Duration) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn due(&self) -> Option<Duration> {
        None
    }

    fn reset(&mut self, _now: Duration) {}
}

fn a_sensor_that_does_not_answer_does_not_hold_up_the_end(program: &Program) {
    let mut environment = Environment::with(program, Mute);
    environment.world.set("DUTY_CYCLE", "on");
    let program = environment.world.start(&[]);
    until("a command", || environment.received(&WAKE) > 0);
    program.terminate();
    let outcome = environment.world.end(program);
    assert_eq!(outcome.exit, Some(0));
    assert!(!outcome.stderr.contains("did not end in time"), "{}", outcome.stderr);
}

fn bad_air_is_measured_again_and_again_without_sleep(program: &Program) {
    let mut environment = environment(program);
    environment.world.set("INTERVAL_SECONDS", "600");
    environment.world.set("CONTINUOUS_ABOVE", "0.1");
    environment.world.set("CONTINUOUS_INTERVAL_SECONDS", "0.2");
    let program = environment.world.start(&[]);
    until("three readings", || environment.readings() >= 3);
    assert_eq!(environment.received(&SLEEP), 0);
    program.terminate();
    assert_eq!(environment.world.end(program).exit, Some(0));
    assert_eq!(environment.received(&SLEEP), 1);
}

fn a_sensor_that_is_plugged_in_again_comes_back_by_itself(program: &Program) {
    let mut environment = environment(program);
    let program = environment.world.start(&[]);
    until("a reading", || environment.readings() >= 1);
    environment.port.unplug();
    let asked = environment.received(&QUERY);
    environment.port.plug().unwrap();
    let before = environment.readings();
    until("a reading of the new port", || {
        environment.readings() > before && environment.received(&QUERY) > asked
    });
    program.terminate();
    assert_eq!(environment.world.end(program).exit, Some(0));
}

fn a_check_reads_the_sensor_at_once_and_stores_nothing(program: &Program) {
    let mut environment = environment(program);
    environment.world.set("WARM_UP_SECONDS", "30");
    let outcome = environment.world.run(&["--check"]);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!((environment.readings(), environment.received(&QUERY)), (0, 1));
}
