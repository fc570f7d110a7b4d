//! Tests of the runner's guarantees for all programs, on this program.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod alerts;
mod calls;
mod reports;
mod settings;

use http_sim::{FailureMode, InjectedFault};
use testkit::Outcome;
use testkit::replay::Case;
use testkit::world::World;

/// The world in which all is well.
fn world() -> World {
    let program = testkit::program!();
    World::of(&program, &Case::typical(&program))
}

/// The same, with a source that refuses every call.
fn failing_world() -> World {
    let world = world();
    world.source().set_fault(InjectedFault::always(FailureMode::Status(403)));
    world
}

#[track_caller]
fn expect_exit(outcome: &Outcome, exit: i32) {
    assert_eq!(outcome.exit, Some(exit), "{}{}", outcome.stdout, outcome.stderr);
}
