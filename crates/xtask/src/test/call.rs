//! Arguments of `cargo xtask test`.

use std::fmt::Write as _;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::step::Step;
use super::steps::STEPS;

/// Runs every check that a change has to pass, or only the steps named.
///
/// A step that fails does not stop those after it. The tests need PostgreSQL, Mosquitto, InfluxDB and VictoriaMetrics:
/// private instances are started on free ports and stopped again. As root on Debian or Ubuntu, missing packages are
/// installed; else the command for it is shown, and the tests that need them are skipped by name. With CI=true a skip
/// is a failure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Steps to run, in this order; without one, all that run by default.
    #[arg(value_name = "STEP", value_parser = step())]
    steps: Vec<&'static Step>,
    /// Runs every step, and tries faults on every program: what a nightly run does.
    #[arg(long, conflicts_with = "steps")]
    pub(super) all: bool,
    /// Lists the steps and exits.
    #[arg(long)]
    pub(super) list: bool,
}

impl Arguments {
    /// The steps to run.
    pub(super) fn steps(&self) -> Vec<&'static Step> {
        if self.all {
            // The tests hold the structure as well.
            return STEPS.iter().filter(|step| step.name != "structure").collect();
        }
        if self.steps.is_empty() {
            return STEPS.iter().filter(|step| step.by_default).collect();
        }
        self.steps.clone()
    }
}

/// A parser of a step's name.
fn step() -> impl TypedValueParser<Value = &'static Step> {
    let names = STEPS.iter().map(|step| PossibleValue::new(step.name).help(about(step)));
    let find = |name: String| STEPS.iter().find(|step| step.name == name).ok_or("there is no such step");
    PossibleValuesParser::new(names).try_map(find)
}

fn about(step: &Step) -> String {
    let note = if step.by_default { "" } else { " (only when named, or with --all)" };
    format!("{}{note}", step.about)
}

/// The steps, one a line.
pub(super) fn list() -> String {
    STEPS.iter().fold(String::new(), |mut text, step| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<11} {}", step.name, about(step));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn names(line: &str) -> Result<Vec<&'static str>, String> {
        let line = Line::try_parse_from(format!("test {line}").split_whitespace());
        let line = line.map_err(|error| error.to_string())?;
        Ok(line.arguments.steps().iter().map(|step| step.name).collect())
    }

    #[test]
    fn a_bare_call_runs_the_tests_last() {
        let names = names("").unwrap();
        assert_eq!(names.last(), Some(&"tests"));
        assert!(!names.contains(&"advisories"));
    }

    #[test]
    fn named_steps_run_in_the_order_given() {
        assert_eq!(names("doc fmt"), Ok(vec!["doc", "fmt"]));
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let refusal = names("lint").unwrap_err();
        assert!(refusal.contains("'lint'") && refusal.contains("clippy"), "{refusal}");
    }
}
