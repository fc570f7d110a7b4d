//! A bus behind a socket, opened as programs open it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use embedded_hal::i2c::I2c as _;
use i2c_sim::{Bus, BusServer, Clock, InjectedFault, Room, Scd4xSim};
use scd4x::{Error, Scd4x, Setup};

fn open(address: &str) -> (i2c_bus::Bus, i2c_bus::Timer) {
    i2c_bus::Config { address: address.into() }.open().unwrap()
}

#[tokio::test]
async fn a_driver_measures_over_a_socket_without_waiting_for_real() {
    let clock = Clock::manual();
    let server =
        BusServer::start(Scd4xSim::new(Room::default(), clock.clone()).on_bus(), clock.clone()).unwrap();
    let (bus, timer) = open(&server.address());
    let mut sensor = Scd4x::new(bus, timer);
    sensor.begin(&Setup::default()).await.unwrap();
    assert!(sensor.read().await.unwrap().co2 > 400);
    assert!(clock.now() > Duration::from_secs(5));
}

#[tokio::test]
async fn a_fault_on_the_bus_reaches_the_driver() {
    let clock = Clock::manual();
    let model = Scd4xSim::new(Room::default(), clock.clone());
    let server = BusServer::start(model.on_bus(), clock).unwrap();
    let (bus, timer) = open(&server.address());
    let mut sensor = Scd4x::new(bus, timer);
    sensor.begin(&Setup::default()).await.unwrap();
    model.misbehave(InjectedFault::NoAcknowledge);
    assert!(matches!(sensor.read().await, Err(Error::NoAcknowledge { .. })));
}

#[test]
fn a_transaction_has_several_operations() {
    let clock = Clock::manual();
    let model = Scd4xSim::new(Room::default(), clock.clone());
    let server = BusServer::start(model.on_bus(), clock).unwrap();
    let (mut bus, _) = open(&server.address());
    bus.write(Scd4xSim::ADDRESS, &[0x24, 0x27, 0x02, 0x08, 0xE1]).unwrap();
    assert_eq!(model.altitude(), 520);
    assert!(bus.write(0x10, &[]).is_err());
    // A command takes a millisecond of the sensor's time, so a read without a wait is not acknowledged.
    assert!(bus.write_read(Scd4xSim::ADDRESS, &[0x23, 0x22], &mut [0; 3]).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_runs_is_waited_for_by_the_program() {
    let server = BusServer::start(Bus::new(), Clock::running(1)).unwrap();
    let (_, mut timer) = open(&server.address());
    let start = tokio::time::Instant::now();
    scd4x::DelayNs::delay_ms(&mut timer, 500).await;
    assert_eq!(start.elapsed(), Duration::from_millis(500));
}

#[test]
fn a_server_that_is_gone_is_a_failed_bus_and_leaves_nothing() {
    let server = BusServer::start(Bus::new(), Clock::manual()).unwrap();
    let address = server.address();
    let (mut bus, _) = open(&address);
    drop(server);
    let error = bus.write(Scd4xSim::ADDRESS, &[]).unwrap_err();
    assert_eq!(embedded_hal::i2c::Error::kind(&error), embedded_hal::i2c::ErrorKind::Other);
    assert!(i2c_bus::Config { address: address.as_str().into() }.open().is_err());
}

/// The program, ended with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_prints_its_address_and_answers_there() {
    let mut command = commands::built(env!("CARGO_BIN_EXE_i2c-sim"));
    let mut program = Running(command.args(["scd4x", "--day", "60"]).stdout(Stdio::piped()).spawn().unwrap());
    let mut address = String::new();
    BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let (bus, timer) = open(address.trim_end());
    let mut sensor = Scd4x::new(bus, timer);
    sensor.begin(&Setup::default()).await.unwrap();
    sensor.read().await.unwrap();
}

#[test]
fn an_unknown_sensor_is_refused() {
    let output = commands::built(env!("CARGO_BIN_EXE_i2c-sim")).arg("barometer").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("scd4x"));
}
