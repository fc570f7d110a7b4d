//! `--describe`: the program as JSON, for programs.

use record::{Record as _, Schema};
use serde::Serialize;
use settings::{Shown, Source, Variable};

use crate::Program;
use crate::program::ProgramKind;
use crate::report::Report;
use crate::usage::{self, CallOption, EXIT_CODES, ExitCode, Group};

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

/// The whole description: enough for a manual page.
#[derive(Serialize)]
struct WithUsage<'a> {
    #[serde(flatten)]
    description: Description<'a>,
    usage: Usage<'a>,
    exit_codes: [ExitCode; 4],
    groups: Vec<Group>,
}

/// The calls of a program.
#[derive(Serialize)]
struct Usage<'a> {
    synopsis: String,
    summary: &'a str,
    options: Vec<CallOption>,
}

/// The program as JSON: name, kind, usage, exit codes, every variable with its group, every record schema.
pub(crate) fn json(program: &Program, variables: &[Variable]) -> String {
    let usage = Usage {
        synopsis: format!("{} [OPTION]", program.name),
        summary: usage::summary(program.kind),
        options: usage::options(program),
    };
    let groups = usage::groups(variables.iter().filter_map(|variable| variable.group));
    let description = description(program, variables);
    let with_usage = WithUsage { description, usage, exit_codes: EXIT_CODES, groups };
    serde_json::to_string_pretty(&with_usage).unwrap_or_default()
}

/// The program as JSON, with the settings in effect in place of the possible ones. No secret is in it.
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

fn description<'a>(program: &'a Program, variables: &'a [Variable]) -> Description<'a> {
    // A service has no runs that it could report.
    let report = (program.kind != ProgramKind::Service).then(Report::schema);
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
