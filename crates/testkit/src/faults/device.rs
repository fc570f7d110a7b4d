//! A device whose store, disk, sensor or process fails while it reads from the simulator of its demo. No reading is lost,
//! and none is stored twice.

use std::time::{Duration, Instant};

use http_sim::{FailureMode, InjectedFault};
use serde_json::Value;

use super::expect_exit;
use crate::device::Demo;
use crate::simulator::RunningSimulator;
use crate::world::{World, until};
use crate::{Outcome, Program, Running};

/// Time that a device has to end: the shortest that an orchestrator gives before it kills.
const TO_END: Duration = Duration::from_secs(10);

/// Limit of the size of files that is too small for a spool, in bytes.
const FULL: u32 = 1024;

/// A store that fails for a while.
pub fn readings_wait_for_a_store_that_fails(program: &Program) {
    let (world, _sensor) = lively(program);
    let running = world.start(&[]);
    until("a reading", || readings(&world) > 0);
    world.store().set_fault(InjectedFault::always(FailureMode::Status(503)));
    until("batches in the spool", || world.waiting() > 1);
    world.store().clear_faults();
    until("an empty spool", || world.waiting() == 0);
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// A store that is away from the start, and comes back.
pub fn readings_wait_for_a_store_that_resets(program: &Program) {
    let (world, _sensor) = lively(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Reset));
    let running = world.start(&[]);
    until("batches in the spool", || world.waiting() > 1);
    world.store().clear_faults();
    until("an empty spool", || world.waiting() == 0);
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// SIGTERM while the store does not answer: what was read waits for the next start.
pub fn a_signal_ends_a_device_that_stores(program: &Program) {
    let (world, _sensor) = lively(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Stall));
    let running = world.start(&[]);
    until("a request to the store", || !world.store().requests().is_empty());
    let outcome = terminate(&world, running);
    expect_exit(&outcome, 0);
    let read = rows_in(&world);
    assert!(read > 0 && world.waiting() > 0, "the readings wait\n{}", outcome.stderr);
    world.store().clear_faults();
    expect_exit(&world.run(&["--once"]), 0);
    assert_eq!((readings(&world), world.waiting()), (read + 1, 0));
}

/// SIGKILL while readings wait: the next start delivers them.
pub fn a_device_killed_while_the_store_is_away_loses_no_reading_in_the_spool(program: &Program) {
    let (world, _sensor) = lively(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Reset));
    let running = world.start(&[]);
    until("batches in the spool", || world.waiting() > 2);
    running.kill();
    assert_eq!(world.end(running).exit, None);
    let kept = world.waiting_records();
    world.store().clear_faults();
    expect_exit(&world.run(&["--once"]), 0);
    let reports = world.report_lines().lines().count();
    assert_eq!(readings(&world) + reports, kept + 2, "and those of the last start");
    assert_eq!(world.waiting(), 0, "the spool is empty");
}

/// No file can grow, and the store works.
pub fn a_full_disk_does_not_keep_readings_from_a_store_that_works(program: &Program) {
    let (world, _sensor) = lively(program);
    let running = world.start_with_file_limit(FULL);
    until("readings", || readings(&world) > 2);
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// No file can grow, and the store is away for a while.
pub fn a_full_disk_without_a_store_loses_no_reading(program: &Program) {
    let (world, _sensor) = lively(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Status(503)));
    let running = world.start_with_file_limit(FULL);
    until("requests to the store", || world.store().requests().len() > 2);
    world.store().clear_faults();
    until("readings", || readings(&world) > 2);
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// The sensor does not answer for a while: people are told, and told when it does again.
pub fn a_sensor_that_falls_silent_is_read_when_it_speaks_again(program: &Program) {
    let (mut world, sensor) = lively(program);
    world.set("FAILURES_BEFORE_ALERT", "1");
    world.set("HTTP_TIMEOUT_SECONDS", super::SHORT);
    let running = world.start(&[]);
    until("a reading", || readings(&world) > 0);
    sensor.pause();
    until("an alert", || !world.alerts().is_empty());
    let before = readings(&world);
    sensor.go_on();
    until("another reading", || readings(&world) > before);
    until("the end of the alert", || world.alerts().len() > 1);
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// The sensor is gone: the device tells so, goes on, and ends at once when it is told to.
pub fn a_device_whose_sensor_is_gone_goes_on_and_ends_at_once(program: &Program) {
    let (mut world, sensor) = lively(program);
    world.set("FAILURES_BEFORE_ALERT", "1");
    let running = world.start(&[]);
    until("a reading", || readings(&world) > 0);
    drop(sensor);
    until("an alert", || !world.alerts().is_empty());
    let outcome = terminate(&world, running);
    expect_all(&world, &outcome);
}

/// `--check` reads the sensor once, and leaves no trace in store and folder.
pub fn a_check_reads_the_sensor_and_stores_nothing(program: &Program) {
    let (world, _sensor) = lively(program);
    let outcome = world.run(&["--check"]);
    expect_exit(&outcome, 0);
    assert_eq!((world.lines(), world.report_lines()), (String::new(), String::new()));
    assert!(world.written().is_empty(), "{:?}", world.written());
}

/// `--once --dry-run` prints a reading.
pub fn a_dry_run_prints_a_reading_and_stores_nothing(program: &Program) {
    let (world, _sensor) = lively(program);
    let outcome = world.run(&["--once", "--dry-run"]);
    expect_exit(&outcome, 0);
    assert!(!outcome.stdout.trim().is_empty(), "{}", outcome.stderr);
    assert_eq!((world.lines(), world.waiting()), (String::new(), 0));
    assert!(world.written().is_empty(), "{:?}", world.written());
}

/// The world of a device with the sensor of its demo.
fn lively(program: &Program) -> (World, RunningSimulator) {
    Demo::of(program).start(program).unwrap_or_else(|problem| panic!("{problem}"))
}

fn readings(world: &World) -> usize {
    world.lines().lines().count()
}

/// The rows that the device has read, as the report at its end has them.
fn rows_in(world: &World) -> usize {
    let rows = world.report().and_then(|report| report.get("rows_in").and_then(Value::as_u64));
    rows.and_then(|rows| usize::try_from(rows).ok()).expect("a report with `rows_in`")
}

fn terminate(world: &World, running: Running) -> Outcome {
    let told = Instant::now();
    running.terminate();
    let outcome = world.end(running);
    assert!(told.elapsed() < TO_END, "it took {:?} to end\n{}", told.elapsed(), outcome.stderr);
    outcome
}

/// The device ended well, and each of its readings is in the store.
#[track_caller]
fn expect_all(world: &World, outcome: &Outcome) {
    expect_exit(outcome, 0);
    assert_eq!(readings(world), rows_in(world), "every reading is stored\n{}", outcome.stderr);
    assert_eq!(world.waiting(), 0, "the spool is empty");
    assert_eq!(world.dead_letters(), []);
}
