//! Descriptions of programs, from `--describe`.

use std::path::Path;

use record::Schema;
use serde::{Deserialize, Serialize};

/// Description of a program. Other fields are ignored here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) kind: ProgramKind,
    pub(super) version: String,
    /// A sentence.
    pub(super) description: String,
    /// Whether it understands `--since`.
    #[serde(default)]
    pub(super) has_history: bool,
    pub(super) variables: Vec<Variable>,
    /// Its calls.
    #[serde(default)]
    pub(super) usage: Usage,
    #[serde(default)]
    pub(super) exit_codes: Vec<ExitCode>,
    /// The records it stores, the run report included.
    pub(super) records: Vec<Schema>,
}

/// The calls of a program.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Usage {
    pub(crate) options: Vec<CallOption>,
}

/// One option of a program.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CallOption {
    /// Its form, as in `--since T`.
    pub(crate) option: String,
    pub(crate) description: String,
}

/// One exit code of a program.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ExitCode {
    pub(crate) code: u8,
    pub(crate) description: String,
}

/// Kind of a program, by its lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ProgramKind {
    /// It runs once, on a schedule.
    Job,
    /// It reads a device until it is stopped, or once with `--once`.
    Device,
    /// It answers requests until it is stopped.
    Service,
}

impl ProgramKind {
    /// The name of its port in a cluster, by which Prometheus finds it: the metrics of a device, the pages of a service.
    pub(super) fn port_name(self) -> &'static str {
        if self == Self::Device { "metrics" } else { "http" }
    }
}

/// One variable that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Variable {
    /// Its name. A part in angle brackets stands for the name of a field or the like: `ALERT_<FIELD>_ABOVE`.
    pub(crate) name: String,
    /// Other names that are accepted.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Accepted values.
    #[serde(rename = "type")]
    pub(crate) takes: String,
    pub(crate) required: bool,
    pub(crate) secret: bool,
    pub(crate) default: Option<String>,
    pub(crate) description: String,
}

impl Description {
    /// Asks the program.
    pub(super) fn of(program: &Path) -> Result<Self, String> {
        let output =
            commands::built(program).arg("--describe").output().map_err(|error| error.to_string())?;
        Self::parse(&String::from_utf8_lossy(&output.stdout))
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json).map_err(|error| format!("--describe: {error}"))
    }
}

impl ProgramKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Device => "device",
            Self::Service => "service",
        }
    }
}
