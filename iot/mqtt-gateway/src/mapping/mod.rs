//! What becomes of which topic, as a person wrote it down.

mod check;
mod document;
mod field;
mod file;
mod filters;
mod rule;
mod section;
mod template;
pub mod topic;
mod zigbee2mqtt;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::transform::moment::Form;
use crate::transform::node::Step;
use crate::transform::plan::{Retained, Selection};
use crate::transform::value::Conversion;

pub use document::Mistake;
pub use file::MappingFile;
pub use template::Template;
use topic::Pattern;

/// What becomes of which topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// In order: the first one that fits a topic decides.
    pub rules: Vec<Rule>,
    /// Installations of Zigbee2MQTT, for topics that no rule fits.
    pub zigbee2mqtt: Vec<Zigbee2Mqtt>,
}

/// What becomes of the topics that fit a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Where it stands in the file.
    pub line: usize,
    /// The topics.
    pub topic: Pattern,
    /// What their messages become; nothing, where a person wants none of them.
    pub target: Option<Target>,
}

/// What messages become.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The measurement.
    pub measurement: String,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// What the payload is.
    pub payload: Payload,
    /// Where the payload tells its time, and how.
    pub time: Option<(Vec<Step>, Form)>,
    /// What to do with messages that the broker kept.
    pub retained: Retained,
}

/// A tag, and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Its name.
    pub name: Box<str>,
    /// Where its value comes from.
    pub source: TagSource,
}

/// Where the value of a tag comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum TagSource {
    /// From the rule, with what stood at named levels of the topic.
    Text(Template),
    /// From the payload.
    Payload(Vec<Step>),
}

/// What a payload is.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A JSON document.
    Json {
        /// The fields a person listed.
        fields: Vec<FieldRule>,
        /// Which of the other numbers are stored as well; none, where that is not wanted.
        others: Option<Rc<Selection>>,
    },
    /// One value as text.
    Bare(FieldRule),
}

/// A field, and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRule {
    /// Where it stands in the file.
    pub line: usize,
    /// Its name.
    pub name: Template,
    /// Where its value is in the payload.
    pub path: Vec<Step>,
    /// How it is converted.
    pub conversion: Conversion,
    /// The unit of measurement.
    pub unit: Option<Box<str>>,
    /// What it tells.
    pub description: Box<str>,
}

/// An installation of Zigbee2MQTT.
#[derive(Debug, Clone, PartialEq)]
pub struct Zigbee2Mqtt {
    /// Where it stands in the file.
    pub line: usize,
    /// Its base topic.
    pub base: String,
    /// The measurement of its devices; those of availability and bridge begin with it.
    pub measurement: String,
    /// Tags that all its records have.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// Which fields are wanted, and under which names.
    pub selection: Rc<Selection>,
    /// What differs for some devices, by their friendly names.
    pub devices: BTreeMap<Box<str>, DeviceRule>,
}

/// What differs for one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceRule {
    /// What it is called in place of its friendly name.
    pub name: Option<Box<str>>,
    /// Whether nothing of it is wanted.
    pub ignore: bool,
    /// Tags of its own.
    pub tags: Vec<(Box<str>, Box<str>)>,
}

impl Default for Mapping {
    /// Zigbee2MQTT under its usual base topic, and nothing else.
    fn default() -> Self {
        Self { rules: Vec::new(), zigbee2mqtt: vec![Zigbee2Mqtt::at("zigbee2mqtt")] }
    }
}

impl Zigbee2Mqtt {
    /// An installation at a base topic, with nothing said about it.
    pub fn at(base: &str) -> Self {
        let (tags, selection, devices) = Default::default();
        Self { line: 1, base: base.to_owned(), measurement: "zigbee".to_owned(), tags, selection, devices }
    }
}

impl Mapping {
    /// Reads the text of a mapping file.
    ///
    /// # Errors
    ///
    /// Every mistake in it, in the order of its lines.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        file::parse(text)
    }

    /// The topics it speaks of, as MQTT filters of which no two fit the same topic.
    pub fn filters(&self) -> Vec<String> {
        let wanted = self.rules.iter().filter(|rule| rule.target.is_some());
        let of_rules = wanted.map(|rule| rule.topic.filter());
        let installations = self.zigbee2mqtt.iter().map(|installation| format!("{}/#", installation.base));
        filters::apart(of_rules.chain(installations))
    }
}
