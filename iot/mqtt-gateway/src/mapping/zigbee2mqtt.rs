//! Reading of `[[zigbee2mqtt]]`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::document::TomlValue;
use super::section::Section;
use super::{DeviceRule, Zigbee2Mqtt, field, rule};

/// Reads the section of an installation.
pub(super) fn read(mut section: Section<'_>) -> Zigbee2Mqtt {
    let line = section.line;
    let base = section.text("base").map(|(base, line)| {
        if base.contains(['+', '#', '\0']) || base.starts_with('/') || base.ends_with('/') {
            section.mistake_in(
                "base",
                line,
                "must be a topic without wildcards, and without `/` at its ends",
            );
        }
        base
    });
    let measurement = section.text("measurement").map(|(name, line)| {
        if let Err(problem) = field::is_name(&name) {
            section.mistake_in("measurement", line, problem);
        }
        name
    });
    let read = Zigbee2Mqtt {
        line,
        base: base.unwrap_or_else(|| "zigbee2mqtt".to_owned()),
        measurement: measurement.unwrap_or_else(|| "zigbee".to_owned()),
        tags: section.section("tags").map(constants).unwrap_or_default(),
        selection: Rc::new(rule::selection(&mut section)),
        devices: section.section("devices").map(devices).unwrap_or_default(),
    };
    section.finish();
    read
}

fn devices(mut section: Section<'_>) -> BTreeMap<Box<str>, DeviceRule> {
    let mut devices = BTreeMap::new();
    for (friendly_name, _, located) in section.rest() {
        let mut part = section.part(&friendly_name, located);
        let device = DeviceRule {
            name: part.text("name").map(|(name, _)| name.into_boxed_str()),
            ignore: part.boolean("ignore").unwrap_or(false),
            tags: part.section("tags").map(constants).unwrap_or_default(),
        };
        part.finish();
        devices.insert(friendly_name.into_boxed_str(), device);
    }
    devices
}

fn constants(mut section: Section<'_>) -> Vec<(Box<str>, Box<str>)> {
    let mut tags = Vec::new();
    for (name, line, located) in section.rest() {
        if let Err(problem) = field::is_name(&name) {
            section.mistake_in(&name, line, problem);
        }
        if name == "device" {
            section.mistake_in(&name, line, "is reserved for the device; choose another name");
        }
        match located.value {
            TomlValue::Text(text) if !text.is_empty() => {
                tags.push((name.into_boxed_str(), text.into_boxed_str()));
            }
            _ => section.mistake_in(&name, line, "must be text that is not empty"),
        }
    }
    tags
}
