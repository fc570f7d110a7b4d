//! Tests of all programs: test cases, faults of sources, stores and machines, and tests of single programs.
//!
//! Programs are found by their folders and built by one call of cargo, those that are asked for and no other.

#![expect(clippy::print_stderr, reason = "cargo shows it")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod faults;
mod grid;
mod machines;
mod package;
mod runner;
mod sds011;
mod selection;
mod trials;
mod watchdog;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use testkit::replay::{self, Case};

use package::Package;
use selection::Selection;

/// Programs under test mostly wait, so more of them run at once than there are cores on a small machine.
const THREADS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let selection = Selection::of(&arguments);
    let packages = package::all();
    let mut trials = Vec::new();
    let mut chosen = Vec::new();
    for package in &packages {
        let mut own = cases(package);
        own.extend(trials::of(package));
        own.extend(faults::trials(package, selection.wants_faults(package)));
        own.retain(|trial| selection.holds(trial.name()));
        if own.iter().any(|trial| selection.runs(trial)) {
            chosen.push(package);
        }
        trials.extend(own);
    }
    if !arguments.list {
        selection.explain(&packages);
        if let Err(problem) = package::build(&chosen) {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test for each test case of a package.
fn cases(package: &Package) -> Vec<Trial> {
    let program = package.program();
    let trial = |case: Case| {
        let (name, program) = (format!("{}::cases::{}", package.name, case.name), program.clone());
        Trial::test(name, move || Ok(replay::check(&program, &case)?))
    };
    Case::all(&program).into_iter().map(trial).collect()
}
