//! The program beside a sensor that lives: it ends, comes back, and rests when it should.

use std::time::Duration;

use serial_sim::{Sds011, Sensor, Street};
use testkit::world::until;

use crate::surroundings::Surroundings;

const SLEEP: [u8; 5] = [0xAA, 0xB4, 6, 1, 0];
const QUERY: [u8; 3] = [0xAA, 0xB4, 4];
const FIRMWARE: [u8; 3] = [0xAA, 0xB4, 7];
const WAKE: [u8; 5] = [0xAA, 0xB4, 6, 1, 1];

fn surroundings() -> Surroundings {
    let mut surroundings = Surroundings::with(Sds011::new(Street::default()));
    surroundings.world.set("INTERVAL_SECONDS", "0.2");
    surroundings
}

impl Surroundings {
    fn readings(&self) -> usize {
        self.world.lines().lines().count()
    }

    fn heard(&self, command: &[u8]) -> usize {
        self.port.heard().windows(command.len()).filter(|bytes| *bytes == command).count()
    }
}

#[test]
fn told_to_end_it_leaves_the_sensor_asleep() {
    let mut surroundings = surroundings();
    surroundings.world.set("DUTY_CYCLE", "on");
    surroundings.world.set("INTERVAL_SECONDS", "600");
    let program = surroundings.world.start(&[]);
    until("a reading", || surroundings.readings() == 1);
    program.terminate();
    assert_eq!(surroundings.world.end(program).exit, Some(0));
    let heard = surroundings.port.heard();
    assert_eq!(heard[heard.len() - 19..][..5], SLEEP);
}

#[test]
fn without_a_duty_cycle_the_sensor_never_sleeps() {
    let mut surroundings = surroundings();
    surroundings.world.set("DUTY_CYCLE", "off");
    let program = surroundings.world.start(&[]);
    until("three readings", || surroundings.readings() >= 3);
    program.terminate();
    assert_eq!(surroundings.world.end(program).exit, Some(0));
    assert_eq!(surroundings.heard(&SLEEP), 0);
    assert_eq!(surroundings.heard(&FIRMWARE), 1, "it is set up once, and left alone at the end");
}

/// A sensor that hears everything and says nothing.
struct Mute;

impl Sensor for Mute {
    fn speak(&mut self, _heard: &[u8], _now: Duration) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn due(&self) -> Option<Duration> {
        None
    }

    fn reset(&mut self, _now: Duration) {}
}

#[test]
fn a_sensor_that_does_not_answer_does_not_hold_up_the_end() {
    let mut surroundings = Surroundings::with(Mute);
    surroundings.world.set("DUTY_CYCLE", "on");
    let program = surroundings.world.start(&[]);
    until("a command", || surroundings.heard(&WAKE) > 0);
    program.terminate();
    let outcome = surroundings.world.end(program);
    assert_eq!(outcome.exit, Some(0));
    assert!(!outcome.stderr.contains("did not end in time"), "{}", outcome.stderr);
}

#[test]
fn bad_air_is_measured_again_and_again_without_sleep() {
    let mut surroundings = surroundings();
    surroundings.world.set("INTERVAL_SECONDS", "600");
    surroundings.world.set("CONTINUOUS_ABOVE", "0.1");
    surroundings.world.set("CONTINUOUS_INTERVAL_SECONDS", "0.2");
    let program = surroundings.world.start(&[]);
    until("three readings", || surroundings.readings() >= 3);
    assert_eq!(surroundings.heard(&SLEEP), 0);
    program.terminate();
    assert_eq!(surroundings.world.end(program).exit, Some(0));
    assert_eq!(surroundings.heard(&SLEEP), 1);
}

#[test]
fn a_sensor_that_is_plugged_in_again_comes_back_by_itself() {
    let mut surroundings = surroundings();
    let program = surroundings.world.start(&[]);
    until("a reading", || surroundings.readings() >= 1);
    surroundings.port.unplug();
    let asked = surroundings.heard(&QUERY);
    surroundings.port.plug().unwrap();
    let before = surroundings.readings();
    until("a reading of the new port", || {
        surroundings.readings() > before && surroundings.heard(&QUERY) > asked
    });
    program.terminate();
    assert_eq!(surroundings.world.end(program).exit, Some(0));
}

#[test]
fn a_check_reads_the_sensor_at_once_and_stores_nothing() {
    let mut surroundings = surroundings();
    surroundings.world.set("WARM_UP_SECONDS", "30");
    let outcome = surroundings.world.run(&["--check"]);
    assert_eq!(outcome.exit, Some(0), "{}{}", outcome.stdout, outcome.stderr);
    assert_eq!((surroundings.readings(), surroundings.heard(&QUERY)), (0, 1));
}

#[test]
fn a_dry_run_prints_the_record_and_stores_nothing() {
    let surroundings = surroundings();
    let outcome = surroundings.world.run(&["--once", "--dry-run"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("air_quality") && outcome.stdout.contains("pm10"), "{}", outcome.stdout);
    assert_eq!(surroundings.readings(), 0);
}
