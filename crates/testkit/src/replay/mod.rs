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
//! The source of a device is a simulator, which the shared `case.toml` names. It is started for each case with the folder
//! of the case in place of `{case}`, and the device takes one reading from it. Times are not compared:
//!
//! ```toml
//! source = "SERIAL_PORT"
//! simulator = "sht40-sim --recording {case}/recording.hex"
//! ```
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

use crate::world::World;
use crate::{Program, device};

pub use case::Case;
use golden::Golden;

/// Runs a test case and compares what it leads to with its golden files.
///
/// # Errors
/// All that differs, a line or more for each.
pub fn check(program: &Program, case: &Case) -> Result<(), String> {
    if let Some(call) = &case.simulator {
        return device::check(program, case, call);
    }
    let mut world = World::of(program, case);
    let outcome = world.run(&[]);
    let golden = Golden::of(&world, &outcome);
    let mut problems = golden.differences(&case.folder);
    problems.extend(promises::broken(program, case, &mut world, &outcome, &golden));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
