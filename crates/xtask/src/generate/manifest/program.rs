//! The manifest of one program: `[package.metadata.pipeline]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::binding::Origin;
use super::keys::Keys;
use crate::generate::describe::ProgramKind;
use crate::generate::mistake::Mistakes;
use crate::generate::model::Architecture;
use crate::generate::quantity::{Cpu, Memory};

/// Manifest of one program, before it is joined with the output of `--describe`.
#[derive(Debug, Clone)]
pub(in crate::generate) struct Manifest {
    /// The name of the package.
    pub(in crate::generate) name: String,
    /// Its folder from the root, as in `pipelines/openweather-current`.
    pub(in crate::generate) folder: String,
    /// Kind by its folder: `pipelines`, `iot`, `services`.
    pub(in crate::generate) kind: ProgramKind,
    /// The group in the catalogue of the root README, as in `Weather`.
    pub(in crate::generate) group: Option<String>,
    /// Schedule; absent for a program that runs until it is stopped.
    pub(in crate::generate) schedule: Option<String>,
    pub(in crate::generate) time_zone: Option<String>,
    pub(in crate::generate) deadline_seconds: Option<u32>,
    pub(in crate::generate) architectures: Option<Vec<Architecture>>,
    pub(in crate::generate) resources: OwnResources,
    pub(in crate::generate) storage: Option<Storage>,
    pub(in crate::generate) serves: Option<Served>,
    pub(in crate::generate) devices: Vec<Device>,
    pub(in crate::generate) node_selector: BTreeMap<String, String>,
    /// The variable for the name of the node, where the program runs on every node.
    pub(in crate::generate) every_node: Option<String>,
    /// Ports beside the shared ones that it speaks to.
    pub(in crate::generate) egress: Vec<u16>,
    /// Whether it has the bindings and ports that programs share.
    pub(in crate::generate) is_sharing: bool,
    /// Origins of its variables, by name.
    pub(in crate::generate) bindings: Vec<(String, Origin)>,
}

/// CPU and memory of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::generate) struct Resources {
    /// Reserved processor time.
    pub(in crate::generate) cpu: Cpu,
    /// Reserved memory.
    pub(in crate::generate) memory: Memory,
    /// Memory above which the program is killed.
    pub(in crate::generate) memory_limit: Memory,
}

/// The resources that a program sets itself; the others are the defaults of the workspace.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::generate) struct OwnResources {
    cpu: Option<Cpu>,
    memory: Option<Memory>,
    memory_limit: Option<Memory>,
}

impl OwnResources {
    /// The resources with the defaults filled in.
    pub(in crate::generate) fn over(self, defaults: Resources) -> Resources {
        Resources {
            cpu: self.cpu.unwrap_or(defaults.cpu),
            memory: self.memory.unwrap_or(defaults.memory),
            memory_limit: self.memory_limit.unwrap_or(defaults.memory_limit),
        }
    }
}

/// The storage of a program between two starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(in crate::generate) enum Storage {
    Memory(Memory),
    /// `false`: nothing.
    Wanted(bool),
}

/// Port and paths of a service, with those of its health checks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::generate) struct Served {
    pub(in crate::generate) port: u16,
    /// The path that answers while the program works; without one, an open port has to do.
    pub(in crate::generate) live: Option<String>,
    /// The path that answers while it can do what it is for.
    pub(in crate::generate) ready: String,
}

/// A device of the machine that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::generate) struct Device {
    /// Its name in the device plugin, as in `serial`.
    pub(in crate::generate) name: String,
    /// Its node, as in `/dev/ttyUSB0`.
    pub(in crate::generate) path: String,
    /// The group that owns it, as in `dialout`.
    pub(in crate::generate) group: Option<String>,
}

/// The table that it stands in.
pub(in crate::generate) const TABLE: &str = "package.metadata.pipeline";

impl Manifest {
    /// The file, from the root of the workspace.
    pub(in crate::generate) fn file(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// Reads the manifest of the program in `folder`, and notes each mistake in it.
    pub(in crate::generate) fn read(folder: &str, manifest: &Table, mistakes: &mut Mistakes) -> Self {
        let name = folder.rsplit('/').next().unwrap_or_default().to_owned();
        let file = format!("{folder}/Cargo.toml");
        let table = descend(manifest, TABLE).unwrap_or_default();
        let mut keys = Keys::new(&file, TABLE, table, mistakes);
        // They are for the demo and for the tests of the structure.
        let _: (Option<Value>, Option<bool>) = (keys.take("demo"), keys.take("has_source"));
        let _: Option<BTreeMap<String, String>> = keys.take("beside-runner");
        let mut bindings = keys.table("bindings");
        let bound = bindings.each();
        bindings.finish();
        let manifest = Self {
            name,
            kind: kind(folder),
            folder: folder.to_owned(),
            group: keys.take("group"),
            schedule: keys.take("schedule"),
            time_zone: keys.take("time-zone"),
            deadline_seconds: keys.take("deadline-seconds"),
            architectures: keys.take("architectures"),
            resources: keys.take("resources").unwrap_or_default(),
            storage: keys.take("storage"),
            serves: keys.take("serves"),
            devices: keys.take("devices").unwrap_or_default(),
            node_selector: keys.take("node-selector").unwrap_or_default(),
            every_node: keys.take("every-node"),
            egress: keys.take("egress").unwrap_or_default(),
            is_sharing: keys.take("shared").unwrap_or(true),
            bindings: bound,
        };
        keys.finish();
        manifest
    }
}

/// The kind of the programs in a folder.
fn kind(folder: &str) -> ProgramKind {
    match folder.split('/').next() {
        Some("iot") => ProgramKind::Device,
        Some("services") => ProgramKind::Service,
        _ => ProgramKind::Job,
    }
}

/// The table at a path of keys.
pub(super) fn descend(table: &Table, path: &str) -> Option<Table> {
    let mut keys = path.split('.');
    let first = table.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))?.as_table().cloned()
}
