//! What `cargo xtask test` was asked for.

use std::fmt::Write as _;

use super::step::Step;
use super::steps::STEPS;

/// A call of `cargo xtask test`.
pub(super) enum Call {
    Help,
    List,
    Run(Vec<&'static Step>),
}

impl Call {
    /// The steps come in the order they were named in.
    pub(super) fn parse(arguments: &[String]) -> Result<Self, String> {
        if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
            return Ok(Self::Help);
        }
        if arguments.iter().any(|argument| argument == "--list") {
            return Ok(Self::List);
        }
        if arguments.is_empty() {
            return Ok(Self::Run(STEPS.iter().filter(|step| step.by_default).collect()));
        }
        arguments.iter().map(|name| find(name)).collect::<Result<_, _>>().map(Self::Run)
    }
}

pub(super) fn usage() -> String {
    format!(
        "\
cargo xtask test [STEP …]

Runs every check, or only the steps named. A step that fails does not stop those after it.
The tests need PostgreSQL, Mosquitto, InfluxDB and VictoriaMetrics: private instances are started on free ports and
stopped again. As root on Debian or Ubuntu, those not installed are installed; else the command for it is shown, and
the tests that need them are skipped by name. With CI=true a skip is a failure.

  --list  the steps alone

Steps:
{}",
        list()
    )
}

pub(super) fn list() -> String {
    STEPS.iter().fold(String::new(), |mut text, step| {
        let note = if step.by_default { "" } else { " (only when named)" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {:<11} {}{note}", step.name, step.about);
        text
    })
}

fn find(name: &str) -> Result<&'static Step, String> {
    let step = STEPS.iter().find(|step| step.name == name);
    step.ok_or_else(|| format!("there is no step `{name}`; these are:\n{}", list()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Result<Vec<&'static str>, String> {
        let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        match Call::parse(&arguments)? {
            Call::Run(steps) => Ok(steps.iter().map(|step| step.name).collect()),
            Call::Help | Call::List => Ok(Vec::new()),
        }
    }

    #[test]
    fn a_bare_call_runs_the_tests_last() {
        let names = names(&[]).unwrap();
        assert_eq!(names.last(), Some(&"tests"));
        assert!(!names.contains(&"advisories"));
    }

    #[test]
    fn named_steps_run_in_the_order_given() {
        assert_eq!(names(&["doc", "fmt"]), Ok(vec!["doc", "fmt"]));
    }

    #[test]
    fn an_unknown_step_is_refused_with_the_known_ones() {
        let refusal = names(&["lint"]).unwrap_err();
        assert!(refusal.contains("`lint`") && refusal.contains("clippy"), "{refusal}");
    }
}
