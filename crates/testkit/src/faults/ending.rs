//! Runs that end before their time, and runs that meet.

use std::time::{Duration, Instant};

use http_sim::{FailureMode, InjectedFault};

use super::{TEMPORARY, expect_exit, expect_failure, expected, typical};
use crate::world::{NOBODY, World, until};
use crate::{Outcome, Program, Running};

/// Shortest time that orchestrators give a program to stop.
const AT_ONCE: Duration = Duration::from_secs(5);

/// SIGTERM while the source does not answer.
pub fn a_signal_ends_a_run_that_reads(program: &Program) {
    let world = typical(program);
    world.source().set_fault(InjectedFault::always(FailureMode::Stall));
    let running = world.start(&[]);
    until("a request to the source", || !world.source().requests().is_empty());
    let outcome = terminate(&world, running);
    expect_failure(&world, &outcome, TEMPORARY, "extract");
    assert_eq!(world.stored(), "");
}

/// SIGTERM while the source asks for a pause.
pub fn a_signal_ends_a_run_that_waits_to_try_again(program: &Program) {
    let mut world = typical(program);
    world.set("RETRY_BUDGET_SECONDS", "60");
    world.source().set_fault(InjectedFault::always(FailureMode::Status(503)));
    let running = world.start(&[]);
    until("a second request to the source", || world.source().requests().len() > 1);
    let outcome = terminate(&world, running);
    expect_failure(&world, &outcome, TEMPORARY, "extract");
}

/// SIGTERM while the store does not answer: what was read waits in the spool.
pub fn a_signal_ends_a_run_that_stores(program: &Program) {
    let world = typical(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Stall));
    let running = world.start(&[]);
    until("a request to the store", || !world.store().requests().is_empty());
    let outcome = terminate(&world, running);
    expect_failure(&world, &outcome, TEMPORARY, "load");
    assert!(world.waiting() >= 2, "a batch and the run report wait\n{}", outcome.stderr);
    expect_made_good(program, &world);
}

/// The source does not answer, and the time for the whole run is over.
pub fn a_deadline_ends_a_run(program: &Program) {
    let mut world = typical(program);
    world.set("DEADLINE_SECONDS", "0.5");
    world.source().set_fault(InjectedFault::always(FailureMode::Stall));
    let outcome = world.run(&[]);
    expect_failure(&world, &outcome, TEMPORARY, "extract");
    assert!(outcome.stderr.contains("the deadline"), "{}", outcome.stderr);
}

/// SIGKILL while the store does not answer. The run could say nothing; the next one stores what it reads again.
pub fn a_run_killed_while_it_stores_is_made_good_by_the_next(program: &Program) {
    let world = typical(program);
    world.store().set_fault(InjectedFault::always(FailureMode::Stall));
    let running = world.start(&[]);
    until("a request to the store", || !world.store().requests().is_empty());
    running.kill();
    assert_eq!(world.end(running).exit, None);
    expect_made_good(program, &world);
}

/// Two runs into InfluxDB, in one folder.
pub fn two_runs_at_once_store_the_records_of_one(program: &Program) {
    let world = typical(program);
    both_work(&world);
    assert_eq!(world.stored(), expected(program));
}

/// Two runs into one file.
pub fn two_runs_at_once_share_the_embedded_store(program: &Program) {
    let mut alone = typical(program);
    alone.use_embedded_store();
    expect_exit(&alone.run(&[]), 0);

    let mut world = typical(program);
    world.use_embedded_store();
    both_work(&world);
    assert_eq!(world.rows(), alone.rows());
}

/// Two runs while records of an earlier one wait: one of them delivers these, and one resolution is sent.
pub fn two_runs_at_once_deliver_the_spool(program: &Program) {
    let mut world = typical(program);
    world.set("INFLUXDB_URL", NOBODY);
    let outcome = world.run(&[]);
    expect_failure(&world, &outcome, TEMPORARY, "load");
    world.set("INFLUXDB_URL", "{{influxdb}}");
    both_work(&world);
    assert_eq!(world.stored(), expected(program));
    assert_eq!(world.waiting(), 0, "the spool is empty");
    assert_eq!(world.alerts().len(), 2, "a failure and its end: {:?}", world.alerts());
}

fn terminate(world: &World, running: Running) -> Outcome {
    let signaled = Instant::now();
    running.terminate();
    let outcome = world.end(running);
    assert!(signaled.elapsed() < AT_ONCE, "it took {:?} to end", signaled.elapsed());
    outcome
}

/// Two runs at once, both of which end well.
pub(super) fn both_work(world: &World) {
    for running in [world.start(&[]), world.start(&[])] {
        expect_exit(&world.end(running), 0);
    }
}

fn expect_made_good(program: &Program, world: &World) {
    world.store().clear_faults();
    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.stored(), expected(program));
    assert_eq!(world.waiting(), 0, "the spool is empty");
}
