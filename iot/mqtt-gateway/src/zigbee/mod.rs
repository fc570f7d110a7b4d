//! Zigbee2MQTT, understood without configuration: what each topic below its base topic carries.

mod devices;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use record::Type;

use crate::mapping::Zigbee2Mqtt;
use crate::transform::plan::Plan;
use crate::transform::table::{Field, Table};

pub use devices::Expose;

const DEVICE: &str = "device";
const BASE: &str = "base";

/// One installation of Zigbee2MQTT, and what it has told of its devices.
#[derive(Debug)]
pub struct Installation {
    rule: Zigbee2Mqtt,
    tables: Tables,
    /// By friendly name, which may hold slashes and spaces.
    devices: BTreeMap<Box<str>, Vec<Expose>>,
    groups: BTreeSet<Box<str>>,
    coordinators: BTreeSet<Box<str>>,
    waits_for_devices: bool,
}

/// Where its records go, as places in the list of tables.
#[derive(Debug, Clone, Copy)]
struct Tables {
    devices: usize,
    availability: usize,
    bridge: usize,
}

/// What a topic carries.
#[derive(Debug)]
pub enum Carries {
    /// Values.
    Values(Plan),
    /// Whether a device, or the bridge itself, is there.
    Sign(Sign),
    /// The list of devices.
    Devices,
    /// The list of groups.
    Groups,
    /// Nothing that is stored: requests, logs, the coordinator.
    Nothing,
    /// It cannot be told before the list of devices came.
    Unclear,
    /// Nothing that is known. It may be, once the list of devices changes.
    Unknown,
}

/// A topic that says whether somebody is there: `{"state":"online"}`, or the bare word.
#[derive(Debug)]
pub struct Sign {
    /// Which measurement the rows belong to.
    pub table: usize,
    /// Its tags.
    pub tags: Vec<(u16, Box<str>)>,
    /// The column that says whether.
    pub column: u16,
}

impl Installation {
    /// An installation that has told nothing yet. Its tables are added to `tables`.
    pub fn new(rule: Zigbee2Mqtt, tables: &mut Vec<Table>) -> Self {
        let extra = rule.devices.values().flat_map(|device| &device.tags).chain(&rule.tags);
        let tags = |first: &str| -> Vec<Box<str>> {
            std::iter::once(first.into()).chain(extra.clone().map(|(name, _)| name.clone())).collect()
        };
        let name = &rule.measurement;
        let found = Tables {
            devices: table(tables, name, "What Zigbee devices report.", tags(DEVICE)),
            availability: table(
                tables,
                &format!("{name}_availability"),
                "Whether Zigbee devices can be reached.",
                tags(DEVICE),
            ),
            bridge: table(tables, &format!("{name}_bridge"), "How Zigbee2MQTT itself is.", tags(BASE)),
        };
        let (devices, groups, coordinators) = Default::default();
        Self { rule, tables: found, devices, groups, coordinators, waits_for_devices: true }
    }

    /// Its base topic.
    pub fn base(&self) -> &str {
        &self.rule.base
    }

    /// Stops waiting for the list of devices.
    pub fn stop_waiting(&mut self) {
        self.waits_for_devices = false;
    }

    /// Whether it still waits for the list of devices.
    pub fn is_waiting(&self) -> bool {
        self.waits_for_devices
    }

    /// Takes the list of devices, and tells how many there are.
    ///
    /// # Errors
    ///
    /// Why it is no such list; what was known before stays.
    pub fn take_devices(&mut self, payload: &[u8], tables: &mut [Table]) -> Result<usize, String> {
        let listed = devices::read(payload).map_err(|error| error.to_string())?;
        if let Some(table) = tables.get_mut(self.tables.devices) {
            // Which of two types a name stands for is decided by the oldest device, not by who speaks first.
            for expose in listed.devices.iter().flat_map(|(_, exposes)| exposes) {
                plan::reserve(expose, &self.rule.selection, table);
            }
        }
        self.devices = listed.devices.into_iter().collect();
        self.coordinators = listed.coordinators;
        self.waits_for_devices = false;
        Ok(self.devices.len())
    }

    /// Takes the list of groups, and tells how many there are.
    ///
    /// # Errors
    ///
    /// Why it is no such list; what was known before stays.
    pub fn take_groups(&mut self, payload: &[u8], _: &mut [Table]) -> Result<usize, String> {
        self.groups = devices::groups(payload).map_err(|error| error.to_string())?;
        Ok(self.groups.len())
    }

    /// What a topic carries. `topic` begins after the base topic and its slash.
    pub fn carries(&self, topic: &str, payload: &[u8], tables: &mut [Table]) -> Carries {
        if let Some(topic) = topic.strip_prefix("bridge/") {
            return self.of_bridge(topic, tables);
        }
        if self.waits_for_devices {
            return Carries::Unclear;
        }
        if self.is_known(topic) {
            return self.of_device(topic, None, tables);
        }
        if let Some(name) = topic.strip_suffix("/availability") {
            return self.availability(name, tables);
        }
        if is_command(topic) {
            return Carries::Nothing;
        }
        let known = topic.rmatch_indices('/').find_map(|(at, _)| {
            let (name, attribute) = (topic.get(..at)?, topic.get(at + 1..)?);
            self.is_known(name).then_some((name, attribute))
        });
        match known {
            Some((name, attribute)) => self.of_device(name, Some(attribute), tables),
            // The list may lag behind a device that has just joined.
            None if payload.trim_ascii_start().starts_with(b"{") => self.of_device(topic, None, tables),
            None => Carries::Unknown,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.devices.contains_key(name) || self.groups.contains(name) || self.coordinators.contains(name)
    }

    fn of_bridge(&self, topic: &str, tables: &mut [Table]) -> Carries {
        match topic {
            "devices" => Carries::Devices,
            "groups" => Carries::Groups,
            "state" => self.sign(self.tables.bridge, BASE, &self.rule.base, "online", tables),
            "health" => self.health(tables),
            _ => Carries::Nothing,
        }
    }

    fn of_device(&self, name: &str, attribute: Option<&str>, tables: &mut [Table]) -> Carries {
        let rule = self.rule.devices.get(name);
        if self.coordinators.contains(name) || rule.is_some_and(|rule| rule.ignore) {
            return Carries::Nothing;
        }
        let Some(table) = tables.get_mut(self.tables.devices) else { return Carries::Unknown };
        let tags = self.tags(table, DEVICE, name);
        let exposes = self.devices.get(name).map(Vec::as_slice).unwrap_or_default();
        let selection = &self.rule.selection;
        match attribute {
            None => Carries::Values(plan::of_state(self.tables.devices, tags, exposes, selection, table)),
            Some("last_seen" | "device") => Carries::Nothing,
            Some(attribute) => {
                plan::of_attribute(self.tables.devices, tags, attribute, exposes, selection, table)
                    .map_or(Carries::Nothing, Carries::Values)
            }
        }
    }

    fn availability(&self, name: &str, tables: &mut [Table]) -> Carries {
        if self.coordinators.contains(name) || self.rule.devices.get(name).is_some_and(|rule| rule.ignore) {
            return Carries::Nothing;
        }
        self.sign(self.tables.availability, DEVICE, name, "available", tables)
    }

    fn health(&self, tables: &mut [Table]) -> Carries {
        let at = self.tables.bridge;
        let Some(table) = tables.get_mut(at) else { return Carries::Unknown };
        let tags = self.tags(table, BASE, &self.rule.base);
        Carries::Values(plan::of_health(at, tags))
    }

    fn sign(&self, at: usize, tag: &str, name: &str, field: &str, tables: &mut [Table]) -> Carries {
        let Some(table) = tables.get_mut(at) else { return Carries::Unknown };
        let tags = self.tags(table, tag, name);
        match table.declare(Field::new(field, Type::Boolean)) {
            Some(column) => Carries::Sign(Sign { table: at, tags, column }),
            None => Carries::Unknown,
        }
    }

    /// The tags of what concerns one device, or the bridge.
    fn tags(&self, table: &Table, tag: &str, name: &str) -> Vec<(u16, Box<str>)> {
        let rule = self.rule.devices.get(name).filter(|_| tag == DEVICE);
        let shown = rule.and_then(|rule| rule.name.as_deref()).unwrap_or(name);
        let own = rule.map(|rule| rule.tags.as_slice()).unwrap_or_default();
        // What is said of one device counts more than what is said of all.
        let shared = self.rule.tags.iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
        let first = (tag, shown);
        let rest = shared.chain(own).map(|(name, value)| (name.as_ref(), value.as_ref()));
        let all = std::iter::once(first).chain(rest);
        all.filter_map(|(name, value)| Some((table.tag(name)?, value.into()))).collect()
    }
}

/// The place of a table of that name, which is made or gets more tags.
pub fn table(tables: &mut Vec<Table>, name: &str, description: &'static str, tags: Vec<Box<str>>) -> usize {
    match tables.iter_mut().position(|table| table.name() == name) {
        Some(at) => {
            if let Some(table) = tables.get_mut(at) {
                table.add_tags(tags);
            }
            at
        }
        None => {
            tables.push(Table::new(name, description, tags));
            tables.len() - 1
        }
    }
}

/// Whether a topic asks a device for something: `NAME/set`, `NAME/get`, and the same for one attribute.
fn is_command(topic: &str) -> bool {
    let is_word = |level: &str| matches!(level, "set" | "get");
    let mut levels = topic.rsplit('/');
    let (last, before) = (levels.next(), levels.next());
    last.is_some_and(|last| before.is_some() && is_word(last))
        || (before.is_some_and(is_word) && levels.next().is_some())
}
