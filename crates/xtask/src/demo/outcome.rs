//! The outcome of a program of the demo: its row in the table.

use std::process::ExitStatus;
use std::time::Duration;

use super::screen::{Screen, wrapped};

/// Number of log lines that are shown for a failure without a report.
const LOG_LINES: usize = 5;

/// Outcome of a program.
pub(super) struct Outcome {
    pub(super) name: String,
    pub(super) source: &'static str,
    pub(super) runs: u16,
    pub(super) records: u64,
    pub(super) duration: Duration,
    pub(super) failure: Option<Failure>,
}

/// Reason of a failure.
pub(super) struct Failure {
    exit: String,
    error_lines: Vec<String>,
}

impl Failure {
    pub(super) fn before(problem: &str) -> Self {
        Self { exit: "not run".to_owned(), error_lines: vec![problem.to_owned()] }
    }

    pub(super) fn of(status: ExitStatus, error_lines: &str) -> Self {
        let exit = status.code().map_or("killed".to_owned(), |code| format!("exit {code}"));
        let lines: Vec<_> = error_lines.lines().map(ToOwned::to_owned).collect();
        let error_lines = lines.split_at(lines.len().saturating_sub(LOG_LINES)).1.to_vec();
        Self { exit, error_lines }
    }
}

impl Outcome {
    /// An outcome without runs.
    pub(super) fn begin(name: &str, source: &'static str) -> Self {
        Self { name: name.to_owned(), source, runs: 0, records: 0, duration: Duration::ZERO, failure: None }
    }

    /// A program that could not be run at all.
    pub(super) fn refused(name: &str, problem: &str) -> Self {
        Self { failure: Some(Failure::before(problem)), ..Self::begin(name, "-") }
    }

    /// The first line of the table.
    pub(super) fn heading() -> String {
        row("Program", "Source", "Runs", "Records", "Duration") + "State"
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

    /// Error text of a failed program.
    pub(super) fn error_lines(&self) -> Vec<String> {
        let lines = self.failure.iter().flat_map(|failure| &failure.error_lines);
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

    #[test]
    fn a_program_that_cannot_run_says_why() {
        let outcome = Outcome::refused("tides", "there is no simulator `sea`");
        assert!(outcome.has_failed() && outcome.row(&Screen::plain()).ends_with("not run"));
        assert_eq!(outcome.error_lines(), ["  there is no simulator `sea`"]);
    }
}
