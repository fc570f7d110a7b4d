//! The guarantees of the runner for all programs, tested on the reference job.

mod alerts;
mod calls;
mod reports;
mod settings;

use http_sim::{FailureMode, InjectedFault};
use testkit::replay::Case;
use testkit::world::World;
use testkit::{Outcome, Program};

use crate::trials::Test;

/// The tests by their group.
pub(crate) const GROUPS: [(&str, &[Test]); 4] = [
    ("alerts", alerts::TESTS),
    ("calls", calls::TESTS),
    ("reports", reports::TESTS),
    ("settings", settings::TESTS),
];

/// The world in which all is well.
fn world(program: &Program) -> World {
    World::of(program, &Case::typical(program))
}

/// The same, with a source that refuses every call.
fn failing_world(program: &Program) -> World {
    let world = world(program);
    world.source().set_fault(InjectedFault::always(FailureMode::Status(403)));
    world
}

#[track_caller]
fn expect_exit(outcome: &Outcome, exit: i32) {
    assert_eq!(outcome.exit, Some(exit), "{}{}", outcome.stdout, outcome.stderr);
}
