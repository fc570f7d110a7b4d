//! Common settings of all programs: `[workspace.metadata.delivery]`.

use std::collections::BTreeMap;

use toml::Table;

use super::binding::{Origin, is_name};
use super::keys::Keys;
use super::program::Resources;
use crate::generate::mistake::Mistakes;
use crate::generate::model::Architecture;
use crate::generate::quantity::Memory;

/// Common settings of all programs.
#[derive(Debug, Clone)]
pub(in crate::generate) struct Delivery {
    /// Registry of images: an image is `<registry>/<program>:<version>`.
    pub(in crate::generate) registry: String,
    /// Name of the platform, in labels and as a namespace.
    pub(in crate::generate) name: String,
    /// Name and address of the maintainer of Debian packages.
    pub(in crate::generate) maintainer: String,
    /// Prefix of the generic device plugin: `squat.ai` in `squat.ai/serial`.
    pub(in crate::generate) device_domain: String,
    /// The number of each group that owns devices, on the machines that have them.
    pub(in crate::generate) groups: BTreeMap<String, u32>,
    /// Port on which devices serve their health and their metrics.
    pub(in crate::generate) metrics_port: u16,
    /// The ports of the platform's own services, which programs may speak to.
    pub(in crate::generate) egress: Vec<u16>,
    /// Defaults of programs.
    pub(in crate::generate) defaults: Defaults,
    /// Origins of the variables that many programs have, by name.
    pub(in crate::generate) bindings: Vec<(String, Origin)>,
}

/// Defaults of programs.
#[derive(Debug, Clone)]
pub(in crate::generate) struct Defaults {
    pub(in crate::generate) time_zone: String,
    pub(in crate::generate) architectures: Vec<Architecture>,
    pub(in crate::generate) deadline_seconds: u32,
    pub(in crate::generate) storage: Memory,
    pub(in crate::generate) resources: Resources,
}

/// The file and the table that it stands in.
pub(in crate::generate) const FILE: &str = "Cargo.toml";
pub(in crate::generate) const TABLE: &str = "workspace.metadata.delivery";

impl Delivery {
    /// Reads the root manifest. `None` where something that every program needs is missing or wrong.
    pub(in crate::generate) fn read(manifest: &Table, mistakes: &mut Mistakes) -> Option<Self> {
        let Some(table) = super::program::descend(manifest, TABLE) else {
            mistakes.add(FILE, TABLE, "is missing: it says what holds for all programs");
            return None;
        };
        let mut keys = Keys::new(FILE, TABLE, table, mistakes);
        let defaults = Defaults::read(keys.table("defaults"));
        let mut bindings = keys.table("bindings");
        let bound = bindings.each();
        bindings.finish();
        let registry = keys.require("registry", "where images are kept");
        let name: Option<String> = keys.require("name", "what all programs are called together");
        if let Some(name) = name.as_ref().filter(|name| !is_name(name)) {
            keys.mistake("name", format!("is `{name}`; a name is lower-case letters, digits and hyphens"));
        }
        let maintainer = keys.require("maintainer", "who answers for Debian packages");
        let device_domain =
            keys.require("device-domain", "what the device plugin puts before names of devices");
        let metrics_port = keys.require("metrics-port", "where devices serve health and metrics");
        let groups = keys.take("groups").unwrap_or_default();
        let egress = keys.take("egress").unwrap_or_default();
        keys.finish();
        Some(Self {
            registry: registry?,
            name: name?,
            maintainer: maintainer?,
            device_domain: device_domain?,
            groups,
            metrics_port: metrics_port?,
            egress,
            defaults: defaults?,
            bindings: bound,
        })
    }
}

impl Defaults {
    fn read(mut keys: Keys<'_>) -> Option<Self> {
        let time_zone = keys.require("time-zone", "in which schedules are meant");
        let architectures = keys.require("architectures", "for which images are built");
        let deadline_seconds = keys.require("deadline-seconds", "how long a run may take");
        let storage = keys.require("storage", "how much a program may keep for later");
        let resources = keys.require("resources", "what a program needs");
        keys.finish();
        Some(Self {
            time_zone: time_zone?,
            architectures: architectures?,
            deadline_seconds: deadline_seconds?,
            storage: storage?,
            resources: resources?,
        })
    }
}
