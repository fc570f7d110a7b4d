//! `cargo xtask test`: everything that is checked before a change is accepted.

mod airflow;
mod call;
mod cargo_deny;
mod compose;
mod dashboards;
mod ecs;
mod faults;
mod images;
mod install;
pub(crate) mod manifests;
mod monitoring;
mod packages;
mod prebuilt;
mod progress;
pub(crate) mod prove;
mod reproducible;
mod root;
mod servers;
mod shipped;
mod step;
mod steps;
pub(crate) mod systemd;
mod trials;
mod workflows;

use std::io::{self, IsTerminal as _};
use std::time::Instant;

pub(crate) use call::Arguments;
pub(crate) use install::{debian_packages, provide};
use progress::{Progress, duration};
use step::{Outcome, Step};

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.list {
        print!("{}", call::list());
        return Ok(());
    }
    if arguments.all {
        faults::try_all();
        servers::need_all();
    }
    check(&arguments.steps())
}

/// Runs the steps, also those after one that fails, so that one call shows all there is to mend.
///
/// Output goes to stderr, and after tests that pass nothing is written at all unless a person watches:
/// the closing lines are cargo's own, from which a program can read how many tests there were.
fn check(steps: &[&'static Step]) -> Result<(), String> {
    let started = Instant::now();
    let mut results = Results::default();
    for group in side_by_side(steps) {
        let (waiting, compiling): (Vec<_>, Vec<_>) = group.iter().partition(|step| step.waits);
        std::thread::scope(|scope| {
            let others = (!waiting.is_empty() && !compiling.is_empty())
                .then(|| scope.spawn(|| run_all(&waiting, Progress::begin_in_background)));
            results.extend(run_all(&compiling, Progress::begin));
            let others = others.map(|thread| thread.join().unwrap_or_else(|_| Results::panicked()));
            results.extend(others.unwrap_or_else(|| {
                if compiling.is_empty() { run_all(&waiting, Progress::begin) } else { Results::default() }
            }));
        });
    }
    results.report(started)
}

/// The steps in groups that run one after the other: those that wait beside those that compile before or after them.
fn side_by_side<'a>(steps: &'a [&'static Step]) -> Vec<&'a [&'static Step]> {
    // The last one that waits ends what runs side by side.
    let end = steps.iter().rposition(|step| step.waits).map_or(0, |last| last + 1);
    let (first, rest) = steps.split_at(end);
    [first, rest].into_iter().filter(|group| !group.is_empty()).collect()
}

/// Runs steps one after the other.
fn run_all(steps: &[&'static Step], begin: fn(&'static str) -> Progress) -> Results {
    let mut results = Results::default();
    for step in steps {
        let mut progress = begin(step.name);
        match (step.run)(&mut progress) {
            Outcome::Passed if step.has_last_word => {}
            Outcome::Passed => progress.end("ok"),
            Outcome::Skipped(reasons) => {
                progress.end("skipped");
                results.skipped.extend(reasons);
            }
            Outcome::Failed(output) => {
                progress.end("FAILED");
                eprint!("{output}");
                results.failed.push(step.name);
            }
        }
    }
    results
}

/// Results of some steps.
#[derive(Default)]
struct Results {
    failed: Vec<&'static str>,
    skipped: Vec<String>,
}

impl Results {
    /// Results of steps that ended in a panic, which is printed already.
    fn panicked() -> Self {
        Self { failed: vec!["a step beside others"], skipped: Vec::new() }
    }

    fn extend(&mut self, more: Self) {
        self.failed.extend(more.failed);
        self.skipped.extend(more.skipped);
    }

    fn report(self, started: Instant) -> Result<(), String> {
        let Self { failed, skipped } = self;
        for reason in &skipped {
            eprintln!("not checked: {reason}");
        }
        if !failed.is_empty() {
            let again = failed.join(" ");
            return Err(format!("failed: {}. Again: cargo xtask test {again}", failed.join(", ")));
        }
        if !skipped.is_empty() && is_ci() {
            return Err("under CI=true everything has to be checked".to_owned());
        }
        if io::stderr().is_terminal() {
            eprintln!("\nno fault found in {}", duration(started.elapsed()));
        }
        Ok(())
    }
}

/// Whether this is a run of CI, where nobody reads that a check was skipped.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}
