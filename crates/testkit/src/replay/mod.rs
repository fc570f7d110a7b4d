//! Test cases: each is a folder of data, replayed through the shipped program from outside.
//!
//! `testcases/case.toml` of a package says what all its cases share, and a `case.toml` in a folder what differs:
//!
//! ```toml
//! source = "OPENWEATHER_URL"      # the variable that holds the address of the source
//! arguments = ["--since", "2026-01-01"]
//!
//! [settings]                      # the environment of the program; an empty value takes a variable away
//! OPENWEATHER_KEY = "{{secret}}"  # see `World::set` for what else stands for something
//! CITY = "Seattle"
//! ```
//!
//! A folder holds what the source answers, as [`Files`](http_sim::services::Files) reads it: one `response.json` for
//! every request, or a `routes.toml` and the files it names. And it holds the golden files of what then happens:
//!
//! | File | Holds | Is there when |
//! |---|---|---|
//! | `loaded.lp` | measurements as the store has them: line protocol, sorted | the run works, or stores some all the same |
//! | `loaded.json` | rows of tables | there are any |
//! | `failure.txt` | exit code, stage, error, number of alerts | the run fails |
//!
//! `UPDATE_EXPECT=1` writes them; a person reads them before they are committed.
//!
//! Each case also proves what no golden file says: no planted secret comes out anywhere, the run report is stored, a
//! repeat changes nothing and alerts no one again, and `--dry-run` prints each record and touches nothing.

#![expect(clippy::panic, reason = "this is test code, though not in a test of this crate")]

mod case;
mod diff;
mod golden;
mod promises;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Program;
use crate::world::World;

pub use case::Case;
use golden::Golden;

/// A case is mostly waiting for processes, so more of them run at once than there are cores on a small machine.
const AT_ONCE: usize = 8;

/// Replays every test case of the package that calls it.
#[macro_export]
macro_rules! replay {
    () => {
        $crate::replay::every_case(&$crate::program!())
    };
}

/// Replays every test case of a program's package, and fails with all that differs.
pub fn every_case(program: &Program) {
    let cases = Case::all(program);
    assert!(!cases.is_empty(), "{}/testcases holds no test case", program.package);
    let (next, problems) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(cases.len()) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = replay(program, case);
                    problems.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(found);
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    problems.sort();
    assert!(
        problems.is_empty(),
        "{} of {} test cases:\n\n{}",
        problems.len(),
        cases.len(),
        problems.join("\n")
    );
}

/// What is wrong with a case, under its name.
fn replay(program: &Program, case: &Case) -> Option<String> {
    let found = std::panic::catch_unwind(|| {
        let mut world = World::of(program, case);
        let outcome = world.run(&[]);
        let golden = Golden::of(&world, &outcome);
        let mut problems = golden.differences(&case.folder);
        problems.extend(promises::broken(program, case, &mut world, &outcome, &golden));
        problems
    });
    let problems = found.unwrap_or_else(|panic| vec![message(panic.as_ref())]);
    (!problems.is_empty()).then(|| format!("testcases/{}:\n{}\n", case.name, problems.join("\n")))
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}
