//! Reading of the device and group lists of Zigbee2MQTT.
//!
//! Source: [MQTT topics and messages](https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html) and
//! [exposes](https://www.zigbee2mqtt.io/guide/usage/exposes.html).

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use crate::transform::value::{BooleanWords, ValueKind};

/// Largest nesting depth of features.
const DEEPEST: usize = 4;

/// A value that a device exposes.
#[derive(Debug, Clone, PartialEq)]
pub struct Expose {
    /// Path in the payload: one key, or more inside of a composite.
    pub path: Vec<Box<str>>,
    /// Conversion.
    pub kind: ValueKind,
    /// Unit of measurement.
    pub unit: Option<Box<str>>,
}

/// Devices of an installation.
#[derive(Debug, Default)]
pub struct DeviceList {
    /// Friendly names and exposed values, in the order of the list: oldest device first.
    pub devices: Vec<(Box<str>, Vec<Expose>)>,
    /// Friendly names of coordinators, which report nothing.
    pub coordinators: BTreeSet<Box<str>>,
}

/// Reads `bridge/devices` device by device, to save memory: the list may have megabytes.
pub fn read(payload: &[u8]) -> Result<DeviceList, serde_json::Error> {
    serde_json::from_slice(payload)
}

/// Reads the friendly names in `bridge/groups`.
pub fn groups(payload: &[u8]) -> Result<BTreeSet<Box<str>>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Group {
        friendly_name: Option<Box<str>>,
    }
    let groups: Vec<Group> = serde_json::from_slice(payload)?;
    Ok(groups.into_iter().filter_map(|group| group.friendly_name).collect())
}

#[derive(Deserialize)]
struct Device {
    friendly_name: Option<Box<str>>,
    #[serde(rename = "type")]
    kind: Option<Box<str>>,
    definition: Option<Definition>,
}

#[derive(Deserialize)]
struct Definition {
    #[serde(default)]
    exposes: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(rename = "type")]
    kind: Option<Box<str>>,
    property: Option<Box<str>>,
    unit: Option<Box<str>>,
    value_on: Option<Word>,
    value_off: Option<Word>,
    #[serde(default)]
    features: Vec<Self>,
}

/// Value for on or off; text for most devices.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(Box<str>),
    Boolean(bool),
    Number(i64),
    Other(serde::de::IgnoredAny),
}

impl<'de> Deserialize<'de> for DeviceList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = DeviceList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of devices")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<DeviceList, A::Error> {
                let mut listed = DeviceList::default();
                while let Some(device) = items.next_element()? {
                    listed.add(device);
                }
                Ok(listed)
            }
        }

        deserializer.deserialize_seq(List)
    }
}

impl DeviceList {
    fn add(&mut self, device: Device) {
        let Some(name) = device.friendly_name else { return };
        if device.kind.as_deref() == Some("Coordinator") {
            self.coordinators.insert(name);
            return;
        }
        let mut exposes = Vec::new();
        for feature in device.definition.into_iter().flat_map(|definition| definition.exposes) {
            collect(feature, &mut Vec::new(), &mut exposes);
        }
        self.devices.push((name, exposes));
    }
}

/// Adds the values that a feature, or the features inside of it, expose.
fn collect(feature: Feature, above: &mut Vec<Box<str>>, exposes: &mut Vec<Expose>) {
    let kind = match feature.kind.as_deref() {
        Some("numeric") => Some(ValueKind::Float),
        Some("binary") => Some(ValueKind::Boolean(words(feature.value_on, feature.value_off))),
        Some("enum" | "text") => Some(ValueKind::Text),
        _ => None,
    };
    match (kind, feature.property) {
        (Some(kind), Some(property)) => {
            let path = above.iter().cloned().chain([property]).collect();
            // A device with several endpoints, or several ways to set a thing, exposes some properties twice.
            if !exposes.iter().any(|expose| expose.path == path) {
                exposes.push(Expose { path, kind, unit: feature.unit.filter(|unit| !unit.is_empty()) });
            }
        }
        (None, property) if above.len() < DEEPEST => {
            // A composite is an object in the payload. A switch or a light only groups features of the device.
            let is_object = feature.kind.as_deref() == Some("composite");
            let inside = property.filter(|property| is_object && !property.is_empty());
            let depth = above.len();
            above.extend(inside);
            for feature in feature.features {
                collect(feature, above, exposes);
            }
            above.truncate(depth);
        }
        _ => {}
    }
}

fn words(on: Option<Word>, off: Option<Word>) -> Option<Rc<BooleanWords>> {
    let (on, off) = (on?.text()?, off?.text()?);
    Some(Rc::new(BooleanWords { yes: vec![on], no: vec![off] }))
}

impl Word {
    fn text(self) -> Option<Box<str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Boolean(yes) => Some(yes.to_string().into()),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposes(json: &str) -> Vec<Expose> {
        let list = format!(r#"[{{"friendly_name":"x","type":"Router","definition":{{"exposes":{json}}}}}]"#);
        read(list.as_bytes()).unwrap().devices.remove(0).1
    }

    #[test]
    fn features_of_a_light_are_those_of_its_device_and_a_color_is_an_object() {
        let found = exposes(
            r#"[{"type":"light","features":[
                {"type":"binary","property":"state","value_on":"ON","value_off":"OFF","value_toggle":"TOGGLE"},
                {"type":"numeric","property":"brightness","value_min":0},
                {"type":"composite","property":"color","features":[
                    {"type":"numeric","property":"x"},{"type":"numeric","property":"y"}]},
                {"type":"composite","property":"color","features":[{"type":"numeric","property":"hue","unit":"°"}]}]},
               {"type":"list","property":"schedule","item_type":{"type":"numeric"}},
               {"type":"numeric","property":"brightness"}]"#,
        );
        let paths: Vec<_> = found.iter().map(|expose| expose.path.join(".")).collect();
        assert_eq!(paths, ["state", "brightness", "color.x", "color.y", "color.hue"]);
        assert_eq!(found[4].unit.as_deref(), Some("°"));
        let words = BooleanWords { yes: vec!["ON".into()], no: vec!["OFF".into()] };
        assert_eq!(found[0].kind, ValueKind::Boolean(Some(Rc::new(words))));
    }

    #[test]
    fn a_device_without_a_definition_exposes_nothing_and_a_coordinator_is_none() {
        let listed = read(
            br#"[{"friendly_name":"Coordinator","type":"Coordinator","definition":null},
                 {"friendly_name":"new one","type":"EndDevice","definition":null,"supported":false},
                 {"type":"Router"}]"#,
        )
        .unwrap();
        assert_eq!(listed.devices, [("new one".into(), vec![])]);
        assert!(listed.coordinators.contains("Coordinator"));
    }

    #[test]
    fn a_list_of_something_else_is_refused() {
        for payload in ["{}", "", "[1]", r#"[{"friendly_name":"a"}"#] {
            assert!(read(payload.as_bytes()).is_err(), "{payload}");
        }
    }
}
