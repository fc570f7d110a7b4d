//! The live SCD40, spoken to in bytes.

use std::time::Duration;

use embedded_hal::i2c::I2c as _;
use i2c_sim::{Bus, Clock, InjectedFault, Room, Scd4xSim};

fn sensor() -> (Scd4xSim, Bus, Clock) {
    let clock = Clock::manual();
    let sensor = Scd4xSim::new(Room::default(), clock.clone());
    (sensor.clone(), sensor.on_bus(), clock)
}

/// Writes, waits for the millisecond a command takes, and reads.
fn ask<const LENGTH: usize>(bus: &mut Bus, clock: &Clock, command: [u8; 2]) -> Option<[u8; LENGTH]> {
    bus.write(Scd4xSim::ADDRESS, &command).ok()?;
    clock.advance(Duration::from_millis(1));
    let mut answer = [0; LENGTH];
    bus.read(Scd4xSim::ADDRESS, &mut answer).ok()?;
    Some(answer)
}

const START: [u8; 2] = [0x21, 0xB1];
const STOP: [u8; 2] = [0x3F, 0x86];
const IS_READY: [u8; 2] = [0xE4, 0xB8];
const READ: [u8; 2] = [0xEC, 0x05];

#[test]
fn a_measurement_is_ready_after_five_seconds_and_can_be_read_once() {
    let (_, mut bus, clock) = sensor();
    bus.write(Scd4xSim::ADDRESS, &START).unwrap();
    clock.advance(Duration::from_millis(4900));
    assert_eq!(ask(&mut bus, &clock, IS_READY), Some([0x80, 0x00, 0xA2]));
    assert_eq!(ask::<9>(&mut bus, &clock, READ), None);
    clock.advance(Duration::from_millis(100));
    assert_eq!(ask(&mut bus, &clock, IS_READY), Some([0x80, 0x06, 0x04]));
    let [high, low, ..] = ask::<9>(&mut bus, &clock, READ).unwrap();
    assert!((400..500).contains(&u16::from_be_bytes([high, low])));
    assert_eq!(ask::<9>(&mut bus, &clock, READ), None);
}

#[test]
fn settings_are_refused_while_it_measures_and_for_half_a_second_after() {
    let (sensor, mut bus, clock) = sensor();
    let altitude = [0x24, 0x27, 0x02, 0x08, 0xE1];
    bus.write(Scd4xSim::ADDRESS, &START).unwrap();
    clock.advance(Duration::from_millis(1));
    assert!(bus.write(Scd4xSim::ADDRESS, &altitude).is_err());
    bus.write(Scd4xSim::ADDRESS, &STOP).unwrap();
    clock.advance(Duration::from_millis(499));
    assert!(bus.write(Scd4xSim::ADDRESS, &altitude).is_err());
    clock.advance(Duration::from_millis(1));
    bus.write(Scd4xSim::ADDRESS, &altitude).unwrap();
    assert_eq!(sensor.altitude(), 520);
}

#[test]
fn an_argument_with_a_wrong_checksum_is_refused() {
    let (sensor, mut bus, _) = sensor();
    assert!(bus.write(Scd4xSim::ADDRESS, &[0x24, 0x27, 0x02, 0x08, 0xE2]).is_err());
    assert_eq!(sensor.altitude(), 0);
}

#[test]
fn faults_strike_once() {
    let (sensor, mut bus, clock) = sensor();
    sensor.misbehave(InjectedFault::Checksum);
    assert_eq!(ask(&mut bus, &clock, IS_READY), Some([0x80, 0x00, 0xA3]));
    assert_eq!(ask(&mut bus, &clock, IS_READY), Some([0x80, 0x00, 0xA2]));
    sensor.misbehave(InjectedFault::NoAcknowledge);
    assert_eq!(ask::<3>(&mut bus, &clock, IS_READY), None);
    assert!(ask::<3>(&mut bus, &clock, IS_READY).is_some());
}

#[test]
fn a_reset_ends_measuring() {
    let (sensor, mut bus, _) = sensor();
    bus.write(Scd4xSim::ADDRESS, &START).unwrap();
    assert!(sensor.is_measuring());
    sensor.reset();
    assert!(!sensor.is_measuring());
}

#[test]
fn nobody_is_there_while_it_is_unplugged() {
    let (sensor, mut bus, clock) = sensor();
    sensor.set_plugged(false);
    assert_eq!(ask::<3>(&mut bus, &clock, IS_READY), None);
    sensor.set_plugged(true);
    assert!(ask::<3>(&mut bus, &clock, IS_READY).is_some());
}
