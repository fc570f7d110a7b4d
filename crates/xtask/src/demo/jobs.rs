//! Pipelines: each runs some times, at one simulated hour after the other.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::outcome::{Failure, Outcome};
use super::program::Program;
use super::simulator::Simulator;
use super::stage::Stage;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Without a network, a live run ends soon.
const RETRY_BUDGET_SECONDS: &str = "5";

/// The part of a program's run report that the table needs.
#[derive(Deserialize)]
struct Report {
    rows_out: u64,
    error: Option<String>,
}

/// Runs a pipeline as often as its manifest says, or once if it asks the real service.
pub(super) fn run(stage: &Stage<'_>, pipeline: &Program) -> Outcome {
    let demo = &pipeline.demo;
    let is_live = stage.live && demo.live;
    let runs = if is_live { 1 } else { demo.runs };
    let mut outcome = Outcome::begin(&pipeline.name, if is_live { "live" } else { "simulated" });
    let Some(source) = &demo.simulator else {
        return Outcome::refused(&pipeline.name, "a pipeline needs a `simulator`; a device, `seconds`");
    };
    let simulator = match Simulator::start(source, &pipeline.folder) {
        Ok(simulator) => simulator,
        Err(problem) => return Outcome::refused(&pipeline.name, &problem),
    };
    let (now, started) = (Timestamp::now(), Instant::now());
    for hours_ago in (0..runs).rev() {
        simulator.set_time(now.checked_sub(HOUR * i32::from(hours_ago)).unwrap_or(now));
        outcome.runs += 1;
        match once(stage, pipeline, (!is_live).then_some(&simulator)) {
            Ok(records) => outcome.records += records,
            Err(failure) => {
                outcome.failure = Some(failure);
                break;
            }
        }
    }
    outcome.duration = started.elapsed();
    outcome
}

/// Runs a pipeline once, and returns the number of stored records from its report.
fn once(stage: &Stage<'_>, pipeline: &Program, simulator: Option<&Simulator>) -> Result<u64, Failure> {
    let path: PathBuf = stage.folder.join(format!("{}.report.json", pipeline.name));
    std::fs::write(&path, "").map_err(|error| Failure::before(&error.to_string()))?;
    let mut program: Command = match simulator {
        Some(simulator) => stage.command(pipeline, Some(simulator.url())),
        None => stage.bare(pipeline),
    };
    program.env("TERMINATION_LOG", &path);
    if simulator.is_none() {
        program.env("RETRY_BUDGET_SECONDS", RETRY_BUDGET_SECONDS);
    }
    let output = program.output().map_err(|error| Failure::before(&error.to_string()))?;
    let report = std::fs::read(&path).unwrap_or_default();
    match serde_json::from_slice::<Report>(&report) {
        Ok(Report { rows_out, .. }) if output.status.success() => Ok(rows_out),
        Ok(Report { error: Some(error), .. }) => Err(Failure::of(output.status, &error)),
        _ => Err(Failure::of(output.status, &String::from_utf8_lossy(&output.stderr))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::screen::Screen;
    use crate::demo::store::Store;

    /// The outcome of a program that does as the script says.
    fn run_script(script: &str) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let program = Program::of_script("simulator = 'nws'\nurl = 'NWS_URL'\nruns = 2", script);
        run(&Stage { store: &store, folder: folder.path(), live: false }, &program)
    }

    #[test]
    fn the_records_of_all_runs_are_counted() {
        let outcome = run_script(r#"echo '{"rows_out": 3, "exit": 0}' > "$TERMINATION_LOG""#);
        assert!(!outcome.has_failed());
        assert_eq!((outcome.runs, outcome.records), (2, 6));
    }

    #[test]
    fn a_run_that_fails_is_the_last_and_tells_its_error() {
        let outcome =
            run_script(r#"echo '{"rows_out": 0, "error": "no tide"}' > "$TERMINATION_LOG"; exit 65"#);
        assert!(outcome.row(&Screen::plain()).ends_with("exit 65"));
        assert_eq!((outcome.runs, outcome.error_lines()), (1, vec!["  no tide".to_owned()]));
    }

    #[test]
    fn a_run_without_a_report_tells_the_end_of_its_log() {
        let outcome = run_script("seq 9 >&2; exit 78");
        assert_eq!(outcome.error_lines(), ["  5", "  6", "  7", "  8", "  9"]);
    }

    #[test]
    fn a_program_does_not_see_variables_of_the_terminal() {
        assert!(
            !run_script(r#"test -z "$HOME$PATH_TO_ANYTHING" && echo '{"rows_out": 0}' > "$TERMINATION_LOG""#)
                .has_failed()
        );
    }
}
