//! The model: each program as its manifest and its own description say together. Generators know nothing else.

use std::collections::BTreeMap;

use record::Schema;
use serde::{Deserialize, Serialize};

use super::cron::Cron;
use super::describe::{CallOption, ExitCode, ProgramKind, Variable};
use super::manifest::{Delivery, Device, Origin, Resources};
use super::quantity::Memory;

/// All that is deployed.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// Settings of all programs.
    pub(super) delivery: Delivery,
    /// Programs, sorted by name.
    pub(super) programs: Vec<Program>,
}

/// One program that ships, with everything decided.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// Name of the folder, the package, the program, the image and everything that is generated for it.
    pub(super) name: String,
    /// Its folder from the root, as in `pipelines/openweather-current`.
    pub(super) folder: String,
    pub(super) version: String,
    /// A sentence, with its full stop.
    pub(super) description: String,
    pub(super) kind: ProgramKind,
    /// The group in the catalogue of the root README.
    pub(super) group: Option<String>,
    /// Whether it understands `--since`.
    pub(super) has_history: bool,
    /// Reference of its image: `<registry>/<program>:<version>`.
    pub(super) image: String,
    /// Schedule; `None` for a program that runs until it is stopped.
    pub(super) schedule: Option<Schedule>,
    pub(super) architectures: Vec<Architecture>,
    pub(super) resources: Resources,
    /// Size of its persistent storage; `None` for a program that stores nothing.
    pub(super) storage: Option<Memory>,
    /// Its HTTP endpoint: pages of a service, health and metrics of a device.
    pub(super) serves: Option<Endpoint>,
    pub(super) devices: Vec<Device>,
    pub(super) node_selector: BTreeMap<String, String>,
    /// The variable for the name of the node; `None` for a program that runs once in a cluster. Without
    /// names of nodes, the variable is bound like any other.
    pub(super) every_node: Option<String>,
    /// The TCP ports it speaks to, sorted.
    pub(super) egress: Vec<u16>,
    /// Whether it has the bindings and the ports that programs share.
    pub(super) is_sharing: bool,
    /// Bindings of its variables, in the order in which it describes them.
    pub(super) environment: Vec<Binding>,
    /// All variables that it describes.
    pub(super) variables: Vec<Variable>,
    /// Its options.
    pub(super) options: Vec<CallOption>,
    pub(super) exit_codes: Vec<ExitCode>,
    /// All records that it describes, the run report included.
    pub(super) records: Vec<Schema>,
}

/// Schedule of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) cron: Cron,
    /// Name in the time zone database, as in `Etc/UTC`.
    pub(super) time_zone: String,
    /// Time limit of a run, in seconds; the program ends itself by then.
    pub(super) deadline_seconds: u32,
}

/// Number of retries of a run that failed for a passing reason.
pub(super) const RETRIES: u32 = 2;

/// The wait before the first of these retries, in seconds; each further wait is twice as long, as Kubernetes does it.
pub(super) const RETRY_SECONDS: u32 = 10;

/// Time limit for the start of a program, in seconds: pulling an image, creating a volume.
pub(super) const START_SECONDS: u32 = 30;

/// HTTP endpoint of a program, with the paths of its health checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Endpoint {
    /// The variable that takes the address.
    pub(super) variable: &'static str,
    pub(super) port: u16,
    /// The path that answers while the program works; without one, an open port has to do.
    pub(super) live: Option<String>,
    /// The path that answers while it can do what it is for.
    pub(super) ready: String,
}

/// Binding of a variable to its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Binding {
    pub(super) variable: String,
    pub(super) origin: Origin,
    /// Description of the variable, or of the pattern that its name fits, as `ALERT_LEVEL_ABOVE` fits
    /// `ALERT_<FIELD>_ABOVE`.
    pub(super) description: String,
    /// Whether the program starts without it: then what holds the value may be absent.
    pub(super) is_optional: bool,
    /// Whether it must not be shown.
    pub(super) is_secret: bool,
}

/// Processor architecture of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Architecture {
    Amd64,
    Arm64,
}

/// Grace period after SIGTERM, in seconds: a program spools and reports, which takes 20 if everything hangs.
pub(super) const GRACE_SECONDS: u32 = 30;

/// The user and the group that every image runs as.
pub(super) const USER: u32 = 65532;

/// The exit codes after which a repeat does not help: the source's data broke its contract, the configuration is wrong.
pub(super) const FINAL_EXITS: [u8; 2] = [65, 78];

/// The variables for the placement of a program. They are not bound: each orchestrator has its own answer,
/// and gets it from [`Program::placement`].
pub(super) const PLACEMENT: [&str; 6] =
    ["DEADLINE_SECONDS", "LISTEN", "METRICS_ADDR", "SPOOL_DIR", "SPOOL_MAX_BYTES", "SQLITE_PATH"];

/// The variable that distinguishes copies of one program.
const INSTANCE: &str = "INSTANCE";

impl Schedule {
    /// Largest delay of the start of a run, in seconds: until the next one is due after the longest pause.
    pub(super) fn starting_deadline_seconds(&self) -> u64 {
        self.cron.longest_pause().as_secs()
    }

    /// Time limit of one attempt of a run, in seconds.
    pub(super) fn attempt_seconds(&self) -> u32 {
        START_SECONDS + self.deadline_seconds + GRACE_SECONDS
    }

    /// Time limit of all attempts of a run and the waits between them, in seconds.
    pub(super) fn all_attempts_seconds(&self) -> u32 {
        let waits = RETRY_SECONDS * ((1 << RETRIES) - 1);
        (RETRIES + 1) * self.attempt_seconds() + waits
    }
}

impl Program {
    /// Arguments of the program: a device that has a schedule takes one reading.
    pub(super) fn arguments(&self) -> &'static [&'static str] {
        if self.kind == ProgramKind::Device && self.schedule.is_some() { &["--once"] } else { &[] }
    }

    /// The variables that follow from its placement, and their values: its files are in the folder `data`,
    /// and it listens on the address `host` of its machine, as in `0.0.0.0`.
    pub(super) fn placement(&self, data: &str, host: &str) -> Vec<(&'static str, String)> {
        let deadline = self.schedule.as_ref().map(|schedule| schedule.deadline_seconds.to_string());
        let listen = self.serves.as_ref().map(|it| (it.variable, format!("{host}:{}", it.port)));
        // A quarter is left for the database of the spool around its records, and for the embedded store.
        let spool = self.storage.map(|storage| (storage.bytes() / 4 * 3).to_string());
        let all = [
            deadline.map(|value| ("DEADLINE_SECONDS", value)),
            listen,
            Some(("SPOOL_DIR", format!("{data}/spool"))),
            spool.map(|value| ("SPOOL_MAX_BYTES", value)),
            Some(("SQLITE_PATH", format!("{data}/platform.db"))),
        ];
        all.into_iter().flatten().filter(|(name, _)| self.has_variable(name)).collect()
    }

    /// The variables with the name of the node, where it runs on every node: its own, and the name of the copy.
    pub(super) fn node_variables(&self) -> impl Iterator<Item = &str> {
        let own = self.every_node.as_deref();
        let instance = own.filter(|own| *own != INSTANCE && self.has_variable(INSTANCE)).map(|_| INSTANCE);
        own.into_iter().chain(instance)
    }

    /// Whether it describes a variable of that name.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    /// Whether it can run on any machine of the architectures that images are built for.
    pub(super) fn runs_everywhere(&self) -> bool {
        [Architecture::Amd64, Architecture::Arm64].iter().all(|it| self.architectures.contains(it))
    }
}

impl Model {
    /// Whether the binding of a variable is the shared one.
    pub(super) fn is_shared(&self, program: &Program, binding: &Binding) -> bool {
        let is_same = |origin: &Origin| origin.of(&program.name, &binding.variable) == binding.origin;
        self.delivery.bindings.iter().any(|(name, origin)| *name == binding.variable && is_same(origin))
    }

    /// The shared bindings that most scheduled programs have, which some generators write once for all of them.
    pub(super) fn common(&self) -> Vec<&Binding> {
        let sharing: Vec<_> =
            self.scheduled().map(|(program, _)| program).filter(|program| program.is_sharing).collect();
        let mut common: Vec<&Binding> = Vec::new();
        for program in &sharing {
            for binding in program.environment.iter().filter(|binding| self.is_shared(program, binding)) {
                let count = sharing.iter().filter(|other| other.environment.contains(binding)).count();
                if count > 1 && 2 * count > sharing.len() && !common.contains(&binding) {
                    common.push(binding);
                }
            }
        }
        common
    }

    /// Whether a program has all of the common bindings. One that lacks some has each of its own written out.
    pub(super) fn has_common(&self, program: &Program) -> bool {
        let common = self.common();
        !common.is_empty() && common.iter().all(|binding| program.environment.contains(binding))
    }

    /// Programs that an orchestrator starts on a schedule: jobs, and devices that take one reading at a time.
    pub(super) fn scheduled(&self) -> impl Iterator<Item = (&Program, &Schedule)> {
        self.programs.iter().filter_map(|program| Some((program, program.schedule.as_ref()?)))
    }

    /// Programs that run until they are stopped: services, and devices without a schedule.
    pub(super) fn continuous(&self) -> impl Iterator<Item = &Program> {
        self.programs.iter().filter(|program| program.schedule.is_none())
    }

    /// The program of that name.
    #[cfg(test)]
    pub(super) fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == name)
    }
}

impl Architecture {
    /// Name in Docker and Kubernetes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}
