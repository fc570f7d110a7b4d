//! `cargo xtask test`: everything that is checked before a change is accepted.

mod airflow;
mod apt;
mod call;
mod cargo_deny;
mod compose;
mod dashboards;
mod ecs;
mod images;
mod install;
pub(crate) mod manifests;
mod monitoring;
mod npm;
mod progress;
mod reproducible;
mod servers;
mod shipped;
mod step;
mod steps;
pub(crate) mod systemd;

mod venv;
mod workflows;

use std::io::{self, IsTerminal as _};
use std::time::Instant;

pub(crate) use call::Arguments;
use progress::{Progress, duration};
use step::{Outcome, Step};

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.list {
        print!("{}", call::list());
        return Ok(());
    }
    check(&arguments.steps())
}

/// Runs the steps one after the other, also those after one that fails, so that one call shows all there is to mend.
///
/// What is written here goes to stderr, and after tests that pass nothing is written at all unless a person watches:
/// the closing lines are cargo's own, from which a program can read how many tests there were.
fn check(steps: &[&Step]) -> Result<(), String> {
    let started = Instant::now();
    let mut failed = Vec::new();
    let mut skipped = Vec::new();
    for step in steps {
        let mut progress = Progress::begin(step.name);
        match (step.run)(&mut progress) {
            Outcome::Passed if step.has_last_word => {}
            Outcome::Passed => progress.end("ok"),
            Outcome::Skipped(reasons) => {
                progress.end("skipped");
                skipped.extend(reasons);
            }
            Outcome::Failed(output) => {
                progress.end("FAILED");
                eprint!("{output}");
                failed.push(step.name);
            }
        }
    }
    for reason in &skipped {
        eprintln!("not checked: {reason}");
    }
    if !failed.is_empty() {
        return Err(format!("failed: {}. Again: cargo xtask test {}", failed.join(", "), failed.join(" ")));
    }
    if !skipped.is_empty() && is_ci() {
        return Err("under CI=true everything has to be checked".to_owned());
    }
    if io::stderr().is_terminal() {
        eprintln!("\nno fault found in {}", duration(started.elapsed()));
    }
    Ok(())
}

/// Whether nobody is there to read that a check was skipped.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}
