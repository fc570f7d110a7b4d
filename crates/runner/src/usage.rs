//! The calls, exit codes and groups of variables of a program, as data: `--help` and `--describe` show the same.

use serde::Serialize;

use crate::program::{CheckArguments, Program, ProgramKind};

/// One option of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallOption {
    /// Its form, as in `--since T`.
    pub(crate) option: String,
    /// Its effect.
    pub(crate) description: String,
}

/// One exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct ExitCode {
    pub(crate) code: u8,
    /// Its meaning.
    pub(crate) description: &'static str,
}

/// One group of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    /// Its subject, on one line.
    pub(crate) description: &'static str,
}

/// The subjects of groups. A group that is missing here is shown by its name alone.
const GROUPS: [Group; 7] = [
    Group { name: "stores", description: "InfluxDB, PostgreSQL, SQLite: where records go" },
    Group { name: "mqtt", description: "MQTT broker" },
    Group { name: "alerts", description: "Slack, Alertmanager, webhooks; limits of fields" },
    Group { name: "device", description: "failed and stale readings, reports, metrics" },
    Group { name: "run", description: "time limits, certificates, heartbeat, reports, settings file" },
    Group { name: "spool", description: "records that wait for a store" },
    Group { name: "logs", description: "level, format, colors" },
];

/// The exit codes of every program.
pub(crate) const EXIT_CODES: [ExitCode; 4] = [
    ExitCode { code: 0, description: "done, or nothing new" },
    ExitCode {
        code: 65,
        description: "the source broke its contract, or a store refused a record; do not retry",
    },
    ExitCode { code: 75, description: "temporary error of source, store or network, or the deadline; retry" },
    ExitCode { code: 78, description: "wrong or missing setting or credentials; do not retry" },
];

/// A sentence on how the program runs.
pub(crate) fn summary(kind: ProgramKind) -> &'static str {
    match kind {
        ProgramKind::Job => "Runs once: reads its source, stores the records, reports, and ends.",
        ProgramKind::Device => "Runs until SIGTERM: reads its device and stores the records.",
        ProgramKind::Service => "Runs until SIGTERM: answers requests.",
    }
}

/// The options of a program.
pub(crate) fn options(program: &Program) -> Vec<CallOption> {
    let (is_job, is_device) = (program.kind == ProgramKind::Job, program.kind == ProgramKind::Device);
    let is_service = program.kind == ProgramKind::Service;
    let mut options = Vec::new();
    let mut add = |is_there: bool, option: &str, description: &str| {
        if is_there {
            let (option, description) = (option.to_owned(), description.to_owned());
            options.push(CallOption { option, description });
        }
    };
    add(is_device, "--once", "take one good reading and end as a job does; with --dry-run as well");
    add(is_job, "--dry-run", "read the source and print the records as JSON; write and send nothing");
    add(is_device, "--dry-run", "take readings and print the records as JSON; write and send nothing");
    add(
        !is_service,
        "--check",
        "try settings, source, stores and alert channels, one line each; write and send nothing",
    );
    add(is_service, "--check", "try the settings and the state");
    if let Some(CheckArguments { names, does }) = program.check {
        add(true, &format!("--check {}", names.join(" ")), does);
    }
    add(!is_service, "--test-alert", "send a test message to every alert channel, one line each");
    add(
        program.has_history,
        "--since T [--until T]",
        "read that window of the source's history; T is a time or a day in UTC",
    );
    add(
        true,
        "--replay-dead-letters [--destination STORE]",
        "offer refused records to their store again; with --dry-run, list them",
    );
    add(true, "--describe", "print settings and records as JSON, for programs");
    add(true, "--help [GROUP|all]", "print this, the settings of a group, or all of it");
    add(true, "--version", "print the version");
    options
}

/// The groups of `names`, in the order of the table, then the others.
pub(crate) fn groups(names: impl IntoIterator<Item = &'static str>) -> Vec<Group> {
    let mut names: Vec<_> = names.into_iter().collect();
    let mut groups: Vec<_> = GROUPS.iter().filter(|group| names.contains(&group.name)).copied().collect();
    names.retain(|name| GROUPS.iter().all(|group| group.name != *name));
    names.dedup();
    groups.extend(names.into_iter().map(|name| Group { name, description: "" }));
    groups
}
