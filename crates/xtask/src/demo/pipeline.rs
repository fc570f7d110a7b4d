//! One pipeline of the demo: its runs, and its row in the table.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::description::Description;
use super::manifest::Demo;
use super::screen::{Screen, wrapped};
use super::simulator::Simulator;
use super::store::Store;
use crate::workspace;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Without a network, a live run ends soon.
const RETRY_BUDGET_SECONDS: &str = "5";
/// How much of a program's log is shown when it failed without a report.
const LOG_LINES: usize = 5;

/// A pipeline that can be shown.
pub(super) struct Pipeline {
    pub(super) name: String,
    pub(super) demo: Demo,
    pub(super) description: Description,
    program: PathBuf,
    folder: PathBuf,
}

/// Where and how pipelines run.
pub(super) struct Runs<'a> {
    pub(super) store: &'a Store,
    pub(super) folder: &'a Path,
    pub(super) live: bool,
}

/// How it went.
pub(super) struct Outcome {
    name: String,
    source: &'static str,
    runs: u16,
    records: u64,
    duration: Duration,
    failure: Option<Failure>,
}

struct Failure {
    exit: String,
    complaint: Vec<String>,
}

/// As much of a program's run report as the table needs.
#[derive(Deserialize)]
struct Report {
    rows_out: u64,
    error: Option<String>,
}

impl Pipeline {
    /// The pipeline of that name, whose program is built.
    pub(super) fn of(name: &str, program: PathBuf) -> Result<Self, String> {
        let folder = workspace::root().join("pipelines").join(name);
        let description = Description::of(&program)?;
        Ok(Self { name: name.to_owned(), demo: Demo::read(&folder)?, description, program, folder })
    }
}

impl Runs<'_> {
    /// Runs a pipeline as often as its manifest says, or once if it asks the real service.
    pub(super) fn of(&self, pipeline: &Pipeline) -> Outcome {
        let is_live = self.live && pipeline.demo.live;
        let runs = if is_live { 1 } else { pipeline.demo.runs };
        let source = if is_live { "live" } else { "simulated" };
        let name = pipeline.name.clone();
        let mut outcome =
            Outcome { name, source, runs: 0, records: 0, duration: Duration::ZERO, failure: None };
        let simulator = match Simulator::start(&pipeline.demo.simulator, &pipeline.folder) {
            Ok(simulator) => simulator,
            Err(problem) => return Outcome::refused(&pipeline.name, &problem),
        };
        let (now, started) = (Timestamp::now(), Instant::now());
        for hours_ago in (0..runs).rev() {
            simulator.set_time(now.checked_sub(HOUR * i32::from(hours_ago)).unwrap_or(now));
            outcome.runs += 1;
            match self.once(pipeline, (!is_live).then_some(&simulator)) {
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

    /// One run. How many records it stored is what the program itself reports.
    fn once(&self, pipeline: &Pipeline, simulator: Option<&Simulator>) -> Result<u64, Failure> {
        let path = self.folder.join("report.json");
        std::fs::write(&path, "").map_err(|error| Failure::before(&error.to_string()))?;
        let mut program = Command::new(&pipeline.program);
        // What the person at the terminal has set, such as a store or an alert channel, is not for a demo.
        program.env_clear().current_dir(self.folder);
        program.env("SINK", "sqlite").env("SQLITE_PATH", self.store.path());
        program.env("SPOOL_DIR", self.folder.join("spool")).env("TERMINATION_LOG", &path);
        match simulator {
            Some(simulator) => {
                program.env(&pipeline.demo.url, simulator.url()).envs(&pipeline.demo.environment);
                program.args(&pipeline.demo.arguments);
            }
            None => {
                program.env("RETRY_BUDGET_SECONDS", RETRY_BUDGET_SECONDS);
            }
        }
        let output = program.output().map_err(|error| Failure::before(&error.to_string()))?;
        let report = std::fs::read(&path).unwrap_or_default();
        match serde_json::from_slice::<Report>(&report) {
            Ok(Report { rows_out, .. }) if output.status.success() => Ok(rows_out),
            Ok(Report { error: Some(error), .. }) => Err(Failure::of(&output, &error)),
            _ => Err(Failure::of(&output, &String::from_utf8_lossy(&output.stderr))),
        }
    }
}

impl Failure {
    fn before(problem: &str) -> Self {
        Self { exit: "not run".to_owned(), complaint: vec![problem.to_owned()] }
    }

    fn of(output: &Output, complaint: &str) -> Self {
        let exit = output.status.code().map_or("killed".to_owned(), |code| format!("exit {code}"));
        let lines: Vec<_> = complaint.lines().map(ToOwned::to_owned).collect();
        let complaint = lines.split_at(lines.len().saturating_sub(LOG_LINES)).1.to_vec();
        Self { exit, complaint }
    }
}

impl Outcome {
    /// A pipeline that could not be run at all.
    pub(super) fn refused(name: &str, problem: &str) -> Self {
        let failure = Some(Failure::before(problem));
        Self { name: name.to_owned(), source: "-", runs: 0, records: 0, duration: Duration::ZERO, failure }
    }

    /// The first line of the table.
    pub(super) fn heading() -> String {
        row("Pipeline", "Source", "Runs", "Records", "Duration") + "State"
    }

    pub(super) fn row(&self, screen: &Screen) -> String {
        let (runs, records) = (self.runs.to_string(), self.records.to_string());
        let duration = format!("{:.2} s", self.duration.as_secs_f64());
        let state = match &self.failure {
            None => screen.good("ok"),
            Some(failure) => screen.bad(&failure.exit),
        };
        row(&self.name, self.source, &runs, &records, &duration) + &state
    }

    /// What a pipeline that failed has to say.
    pub(super) fn complaint(&self) -> Vec<String> {
        let lines = self.failure.iter().flat_map(|failure| &failure.complaint);
        lines.flat_map(|line| wrapped(line)).collect()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }
}

fn row(name: &str, source: &str, runs: &str, records: &str, duration: &str) -> String {
    format!("{name:<28}{source:<11}{runs:>4}{records:>9}{duration:>10}   ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::screen::WIDTH;

    #[test]
    fn a_row_fits_the_terminal_and_stands_below_its_heading() {
        let (name, source) = ("openweather-air-pollution".to_owned(), "simulated");
        let duration = Duration::from_millis(1234);
        let outcome = Outcome { name, source, runs: 24, records: 48, duration, failure: None };
        let row = outcome.row(&Screen::plain());
        assert_eq!(row, "openweather-air-pollution   simulated    24       48    1.23 s   ok");
        assert_eq!(row.find("ok"), Outcome::heading().find("State"));
        assert!(Outcome::heading().len() <= WIDTH);
    }

    /// The outcome of a program that does as the script says.
    fn run(script: &str) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let manifest = "simulator = 'nws'\nurl = 'NWS_URL'\nruns = 2";
        let demo = Demo { arguments: vec!["-c".into(), script.into()], ..toml::from_str(manifest).unwrap() };
        let description = Description { variables: Vec::new(), records: Vec::new() };
        let (program, place) = ("/bin/sh".into(), PathBuf::new());
        let pipeline = Pipeline { name: "tides".into(), demo, description, program, folder: place };
        Runs { store: &store, folder: folder.path(), live: false }.of(&pipeline)
    }

    #[test]
    fn the_records_of_all_runs_are_counted() {
        let outcome = run(r#"echo '{"rows_out": 3, "exit": 0}' > "$TERMINATION_LOG""#);
        assert!(!outcome.has_failed());
        assert_eq!((outcome.runs, outcome.records), (2, 6));
    }

    #[test]
    fn a_run_that_fails_is_the_last_and_tells_its_error() {
        let outcome = run(r#"echo '{"rows_out": 0, "error": "no tide"}' > "$TERMINATION_LOG"; exit 65"#);
        assert!(outcome.row(&Screen::plain()).ends_with("exit 65"));
        assert_eq!((outcome.runs, outcome.complaint()), (1, vec!["  no tide".to_owned()]));
    }

    #[test]
    fn a_run_without_a_report_tells_the_end_of_its_log() {
        let outcome = run("seq 9 >&2; exit 78");
        assert_eq!(outcome.complaint(), ["  5", "  6", "  7", "  8", "  9"]);
    }

    #[test]
    fn a_program_does_not_see_what_the_person_has_set() {
        assert!(
            !run(r#"test -z "$HOME$PATH_TO_ANYTHING" && echo '{"rows_out": 0}' > "$TERMINATION_LOG""#)
                .has_failed()
        );
    }

    #[test]
    fn a_pipeline_that_cannot_run_says_why() {
        let outcome = Outcome::refused("tides", "there is no simulator `sea`");
        assert!(outcome.has_failed() && outcome.row(&Screen::plain()).ends_with("not run"));
        assert_eq!(outcome.complaint(), ["  there is no simulator `sea`"]);
    }
}
