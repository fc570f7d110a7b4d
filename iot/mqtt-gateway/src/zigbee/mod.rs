//! Support for Zigbee2MQTT without configuration: classification of the topics below its base topic.

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

/// An installation of Zigbee2MQTT, with its known devices.
#[derive(Debug)]
pub struct Installation {
    rule: Zigbee2Mqtt,
    tables: Tables,
    /// Exposed values by friendly name, which may contain slashes and spaces.
    devices: BTreeMap<Box<str>, Vec<Expose>>,
    groups: BTreeSet<Box<str>>,
    coordinators: BTreeSet<Box<str>>,
    waits_for_devices: bool,
}

/// Indexes of its tables.
#[derive(Debug, Clone, Copy)]
struct Tables {
    devices: usize,
    availability: usize,
    bridge: usize,
}

/// Kind of a topic.
#[derive(Debug)]
pub enum TopicKind {
    /// Values of a device.
    Values(Plan),
    /// Availability of a device, or of the bridge itself.
    Availability(AvailabilityTopic),
    /// List of devices.
    Devices,
    /// List of groups.
    Groups,
    /// Not stored: requests, logs, the coordinator.
    Nothing,
    /// Not known before the device list arrives.
    AwaitingDevices,
    /// Not known; that may change with the device list.
    Unknown,
}

/// A topic with availability messages.
#[derive(Debug)]
pub struct AvailabilityTopic {
    /// Index of the table.
    pub table: usize,
    /// Tags.
    pub tags: Vec<(u16, Box<str>)>,
    /// Column of the availability.
    pub column: u16,
}

impl Installation {
    /// Creates an installation without devices, and adds its tables to `tables`.
    pub fn new(rule: Zigbee2Mqtt, tables: &mut Vec<Table>) -> Self {
        let extra = rule.devices.values().flat_map(|device| &device.tags).chain(&rule.tags);
        let tags = |first: &str| -> Vec<Box<str>> {
            std::iter::once(first.into()).chain(extra.clone().map(|(name, _)| name.clone())).collect()
        };
        let name = &rule.measurement;
        let found = Tables {
            devices: table(tables, name, "Values of Zigbee devices.", tags(DEVICE)),
            availability: table(
                tables,
                &format!("{name}_availability"),
                "Availability of Zigbee devices.",
                tags(DEVICE),
            ),
            bridge: table(tables, &format!("{name}_bridge"), "State of Zigbee2MQTT.", tags(BASE)),
        };
        let (devices, groups, coordinators) = Default::default();
        Self { rule, tables: found, devices, groups, coordinators, waits_for_devices: true }
    }

    /// Base topic.
    pub fn base(&self) -> &str {
        &self.rule.base
    }

    /// Stops waiting for the device list.
    pub fn stop_waiting(&mut self) {
        self.waits_for_devices = false;
    }

    /// Whether it waits for the device list.
    pub fn is_waiting(&self) -> bool {
        self.waits_for_devices
    }

    /// Reads the device list. Returns the number of devices.
    ///
    /// # Errors
    ///
    /// The list is invalid; the known devices or groups stay.
    pub fn take_devices(&mut self, payload: &[u8], tables: &mut [Table]) -> Result<usize, String> {
        let listed = devices::read(payload).map_err(|error| error.to_string())?;
        if let Some(table) = tables.get_mut(self.tables.devices) {
            // If a name has two types, the oldest device decides, not the first message.
            for expose in listed.devices.iter().flat_map(|(_, exposes)| exposes) {
                plan::reserve(expose, &self.rule.selection, table);
            }
        }
        self.devices = listed.devices.into_iter().collect();
        self.coordinators = listed.coordinators;
        self.waits_for_devices = false;
        Ok(self.devices.len())
    }

    /// Reads the group list. Returns the number of groups.
    ///
    /// # Errors
    ///
    /// The list is invalid; the known devices or groups stay.
    pub fn take_groups(&mut self, payload: &[u8], _: &mut [Table]) -> Result<usize, String> {
        self.groups = devices::groups(payload).map_err(|error| error.to_string())?;
        Ok(self.groups.len())
    }

    /// Classifies a topic; `topic` is the part after the base topic and its slash.
    pub fn classify(&self, topic: &str, payload: &[u8], tables: &mut [Table]) -> TopicKind {
        if let Some(topic) = topic.strip_prefix("bridge/") {
            return self.of_bridge(topic, tables);
        }
        if self.waits_for_devices {
            return TopicKind::AwaitingDevices;
        }
        if self.is_known(topic) {
            return self.of_device(topic, None, tables);
        }
        if let Some(name) = topic.strip_suffix("/availability") {
            return self.availability(name, tables);
        }
        if is_command(topic) {
            return TopicKind::Nothing;
        }
        let known = topic.rmatch_indices('/').find_map(|(at, _)| {
            let (name, attribute) = (topic.get(..at)?, topic.get(at + 1..)?);
            self.is_known(name).then_some((name, attribute))
        });
        match known {
            Some((name, attribute)) => self.of_device(name, Some(attribute), tables),
            // A device that has just joined may not be in the list yet.
            None if payload.trim_ascii_start().starts_with(b"{") => self.of_device(topic, None, tables),
            None => TopicKind::Unknown,
        }
    }

    fn is_known(&self, name: &str) -> bool {
        self.devices.contains_key(name) || self.groups.contains(name) || self.coordinators.contains(name)
    }

    fn of_bridge(&self, topic: &str, tables: &mut [Table]) -> TopicKind {
        match topic {
            "devices" => TopicKind::Devices,
            "groups" => TopicKind::Groups,
            "state" => self.availability_topic(self.tables.bridge, BASE, &self.rule.base, "online", tables),
            "health" => self.health(tables),
            _ => TopicKind::Nothing,
        }
    }

    fn of_device(&self, name: &str, attribute: Option<&str>, tables: &mut [Table]) -> TopicKind {
        let rule = self.rule.devices.get(name);
        if self.coordinators.contains(name) || rule.is_some_and(|rule| rule.ignore) {
            return TopicKind::Nothing;
        }
        let Some(table) = tables.get_mut(self.tables.devices) else { return TopicKind::Unknown };
        let tags = self.tags(table, DEVICE, name);
        let exposes = self.devices.get(name).map(Vec::as_slice).unwrap_or_default();
        let selection = &self.rule.selection;
        match attribute {
            None => TopicKind::Values(plan::of_state(self.tables.devices, tags, exposes, selection, table)),
            Some("last_seen" | "device") => TopicKind::Nothing,
            Some(attribute) => {
                plan::of_attribute(self.tables.devices, tags, attribute, exposes, selection, table)
                    .map_or(TopicKind::Nothing, TopicKind::Values)
            }
        }
    }

    fn availability(&self, name: &str, tables: &mut [Table]) -> TopicKind {
        if self.coordinators.contains(name) || self.rule.devices.get(name).is_some_and(|rule| rule.ignore) {
            return TopicKind::Nothing;
        }
        self.availability_topic(self.tables.availability, DEVICE, name, "available", tables)
    }

    fn health(&self, tables: &mut [Table]) -> TopicKind {
        let at = self.tables.bridge;
        let Some(table) = tables.get_mut(at) else { return TopicKind::Unknown };
        let tags = self.tags(table, BASE, &self.rule.base);
        TopicKind::Values(plan::of_health(at, tags))
    }

    fn availability_topic(
        &self,
        at: usize,
        tag: &str,
        name: &str,
        field: &str,
        tables: &mut [Table],
    ) -> TopicKind {
        let Some(table) = tables.get_mut(at) else { return TopicKind::Unknown };
        let tags = self.tags(table, tag, name);
        match table.declare(Field::new(field, Type::Boolean)) {
            Some(column) => TopicKind::Availability(AvailabilityTopic { table: at, tags, column }),
            None => TopicKind::Unknown,
        }
    }

    /// Tags of a device, or of the bridge.
    fn tags(&self, table: &Table, tag: &str, name: &str) -> Vec<(u16, Box<str>)> {
        let rule = self.rule.devices.get(name).filter(|_| tag == DEVICE);
        let shown = rule.and_then(|rule| rule.name.as_deref()).unwrap_or(name);
        let own = rule.map(|rule| rule.tags.as_slice()).unwrap_or_default();
        // Tags of one device take precedence over the common ones.
        let shared = self.rule.tags.iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
        let first = (tag, shown);
        let rest = shared.chain(own).map(|(name, value)| (name.as_ref(), value.as_ref()));
        let all = std::iter::once(first).chain(rest);
        all.filter_map(|(name, value)| Some((table.tag(name)?, value.into()))).collect()
    }
}

/// Index of the table with that name, which is created or gets more tags.
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

/// Whether a topic is a request to a device: `NAME/set`, `NAME/get`, also for one attribute.
fn is_command(topic: &str) -> bool {
    let is_word = |level: &str| matches!(level, "set" | "get");
    let mut levels = topic.rsplit('/');
    let (last, before) = (levels.next(), levels.next());
    last.is_some_and(|last| before.is_some() && is_word(last))
        || (before.is_some_and(is_word) && levels.next().is_some())
}
