//! What a program says of itself: `--describe`, `--help`, `--version`.

use std::fmt::Write as _;

use record::{Record as _, Schema};
use serde::Serialize;
use settings::{Shown, Source, Variable};

use crate::Program;
use crate::program::{CheckArguments, Kind};
use crate::report::Report;

/// The form of `--describe`.
#[derive(Serialize)]
struct Description<'a> {
    name: &'a str,
    kind: &'a str,
    version: &'a str,
    description: &'a str,
    has_history: bool,
    variables: &'a [Variable],
    records: Vec<&'a Schema>,
}

/// The program as JSON: name, kind, every variable, every record schema.
pub(crate) fn json(program: &Program, variables: &[Variable]) -> String {
    serde_json::to_string_pretty(&description(program, variables)).unwrap_or_default()
}

/// The program as JSON, with the settings in effect in place of what could be set. No secret is in it.
pub(crate) fn in_effect(program: &Program, variables: &[Variable], source: &Source) -> String {
    #[derive(Serialize)]
    struct InEffect<'a> {
        #[serde(flatten)]
        description: Description<'a>,
        settings: Vec<Setting<'a>>,
    }
    #[derive(Serialize)]
    struct Setting<'a> {
        variable: &'a str,
        secret: bool,
        #[serde(flatten)]
        shown: Shown,
    }
    let setting = |variable: &'_ Variable| {
        let (name, secret) = (variable.name, variable.secret);
        let shown = source.shown(variable).into_iter();
        shown.map(move |shown| Setting { variable: name, secret, shown })
    };
    let settings = variables.iter().flat_map(setting).collect();
    let in_effect = InEffect { description: description(program, variables), settings };
    serde_json::to_string(&in_effect).unwrap_or_default()
}

/// The help text, variables included.
pub(crate) fn help(program: &Program, variables: &[Variable]) -> String {
    let usage = match program.kind {
        Kind::Job => USAGE,
        Kind::Device => DEVICE_USAGE,
        Kind::Service => SERVICE_USAGE,
    };
    let mut text = format!("{} {}\n{}\n\n{usage}", program.name, program.version, program.description);
    if program.has_history {
        text.push_str(HISTORY);
    }
    if let Some(CheckArguments { names, does }) = program.check {
        let _ = writeln!(text, "  --check {}\n                   {does}", names.join(" "));
    }
    text.push_str("\nVariables, each also as NAME_FILE:\n");
    for variable in variables {
        // Writing to a string does not fail.
        let _ = write!(text, "  {}{}\n      {}", variable.name, traits(variable), variable.description);
        if !variable.also.is_empty() {
            let _ = write!(text, " Also accepted: {}.", variable.also.join(", "));
        }
        text.push('\n');
    }
    text.push_str(EXITS);
    text
}

fn description<'a>(program: &'a Program, variables: &'a [Variable]) -> Description<'a> {
    // A service has no runs that it could report.
    let report = (program.kind != Kind::Service).then(Report::schema);
    let records = program.records.iter().copied().chain(report).collect();
    Description {
        name: program.name,
        kind: program.kind.name(),
        version: program.version,
        description: program.description,
        has_history: program.has_history,
        variables,
        records,
    }
}

const USAGE: &str = "\
Usage: one run, or
  --dry-run        extract and transform, print the records, write nothing, alert no one
  --check          try configuration, source, stores and alert channel, a line for each
  --describe       variables and record schemas as JSON
  --help, --version
";

const SERVICE_USAGE: &str = "\
Usage: runs until SIGTERM, or
  --check          try the configuration and the place where state is kept
  --describe       variables as JSON
  --help, --version
";

const DEVICE_USAGE: &str = "\
Usage: runs until SIGTERM, or
  --once           take one good reading and end as a job does; with --dry-run as well
  --dry-run        take readings and print the records, write nothing, alert no one
  --check          try configuration, source, stores and alert channel, a line for each
  --describe       variables and record schemas as JSON
  --help, --version
";

const HISTORY: &str = "  --since T [--until T]
                   read that window of the source's history; T is a time or a day in UTC
";

const EXITS: &str = "
Exit codes: 0 done, 65 the source's data broke its contract, 75 temporary (try again), 78 configuration.
";

fn traits(variable: &Variable) -> String {
    let mut traits = vec![variable.accepts().into_owned()];
    if variable.required {
        traits.push("required".to_owned());
    }
    if let Some(default) = variable.default {
        traits.push(format!("default {default}"));
    }
    format!("  ({})", traits.join(", "))
}
