//! The program in a simulated room, and where there is no bus.

use std::time::Duration;

use i2c_sim::Room;
use testkit::world::until;

use crate::environment::Environment;

#[test]
fn it_measures_until_sigterm() {
    let Environment { mut world, bus: _bus } = Environment::in_room(Room { day: Duration::from_mins(5) });
    world.set("INTERVAL_SECONDS", "0.1");
    let program = world.start(&[]);
    until("five readings", || world.lines().lines().count() >= 5);
    program.terminate();
    assert_eq!(world.end(program).exit, Some(0));
    for line in world.timeless().lines() {
        let co2 = line.split("co2=").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
        assert!((400.0..2000.0).contains(&co2.parse::<f64>().unwrap()), "{line}");
    }
}

#[test]
fn a_check_reads_the_sensor_and_stores_nothing() {
    let Environment { world, bus: _bus } = Environment::in_room(Room::default());
    let outcome = world.run(&["--check"]);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(world.timeless(), "");
}

#[test]
fn without_a_bus_the_program_says_how_to_get_one() {
    let Environment { mut world, bus: _bus } = Environment::empty();
    world.set("I2C_BUS", "{{folder}}/i2c-9");
    let outcome = world.run(&["--once"]);
    assert_eq!(outcome.exit, Some(78), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("I2C may have to be switched on"), "{}", outcome.stderr);
}
