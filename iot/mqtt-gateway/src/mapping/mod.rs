//! Mapping of topics, as written in the mapping file.

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

use crate::transform::destinations::Selection;
use crate::transform::node::Step;
use crate::transform::plan::Retained;
use crate::transform::timestamp::TimeFormat;
use crate::transform::value::Conversion;

pub use document::Mistake;
pub use file::MappingFile;
pub use template::Template;
use topic::Pattern;

/// Mapping of topics.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Rules, in order: the first one that matches a topic applies.
    pub rules: Vec<Rule>,
    /// Installations of Zigbee2MQTT, for topics without a rule.
    pub zigbee2mqtt: Vec<Zigbee2Mqtt>,
}

/// Rule for the topics that match a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Line in the file.
    pub line: usize,
    /// Pattern of the topics.
    pub topic: Pattern,
    /// Target of the messages; `None` to ignore them.
    pub target: Option<Target>,
}

/// Measurement and contents of the rows of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Measurement.
    pub measurement: String,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Format of the payload.
    pub payload: Payload,
    /// Path and format of the time in the payload.
    pub time: Option<(Vec<Step>, TimeFormat)>,
    /// Handling of retained messages.
    pub retained: Retained,
}

/// A tag with the source of its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Name.
    pub name: Box<str>,
    /// Source of its value.
    pub source: TagSource,
}

/// Source of the value of a tag.
#[derive(Debug, Clone, PartialEq)]
pub enum TagSource {
    /// Text of the rule, with named levels of the topic.
    Text(Template),
    /// Path in the payload.
    Payload(Vec<Step>),
}

/// Format of a payload.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A JSON document.
    Json {
        /// Listed fields.
        fields: Vec<FieldRule>,
        /// Selection of other numbers to store as well; `None` for none.
        others: Option<Rc<Selection>>,
    },
    /// One value as text.
    Bare(FieldRule),
}

/// A field with the source of its value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRule {
    /// Line in the file.
    pub line: usize,
    /// Name.
    pub name: Template,
    /// Path of its value in the payload.
    pub path: Vec<Step>,
    /// Conversion of its value.
    pub conversion: Conversion,
    /// Unit of measurement.
    pub unit: Option<Box<str>>,
    /// Description.
    pub description: Box<str>,
}

/// An installation of Zigbee2MQTT.
#[derive(Debug, Clone, PartialEq)]
pub struct Zigbee2Mqtt {
    /// Line in the file.
    pub line: usize,
    /// Base topic.
    pub base: String,
    /// Measurement of its devices; the measurements of availability and bridge start with it.
    pub measurement: String,
    /// Tags of all its records.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// Selection and names of fields.
    pub selection: Rc<Selection>,
    /// Rules for single devices, by friendly name.
    pub devices: BTreeMap<Box<str>, DeviceRule>,
}

/// Rule for one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceRule {
    /// Name that replaces the friendly name.
    pub name: Option<Box<str>>,
    /// Whether it is ignored.
    pub ignore: bool,
    /// Additional tags.
    pub tags: Vec<(Box<str>, Box<str>)>,
}

impl Default for Mapping {
    /// Default mapping: Zigbee2MQTT under its default base topic.
    fn default() -> Self {
        Self { rules: Vec::new(), zigbee2mqtt: vec![Zigbee2Mqtt::at("zigbee2mqtt")] }
    }
}

impl Zigbee2Mqtt {
    /// Installation at a base topic, with default rules.
    pub fn at(base: &str) -> Self {
        let (tags, selection, devices) = Default::default();
        Self { line: 1, base: base.to_owned(), measurement: "zigbee".to_owned(), tags, selection, devices }
    }
}

impl Mapping {
    /// Parses a mapping file.
    ///
    /// # Errors
    ///
    /// All mistakes, in the order of their lines.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        file::parse(text)
    }

    /// MQTT filters of all topics; no two match the same topic.
    pub fn filters(&self) -> Vec<String> {
        let wanted = self.rules.iter().filter(|rule| rule.target.is_some());
        let of_rules = wanted.map(|rule| rule.topic.filter());
        let installations = self.zigbee2mqtt.iter().map(|installation| format!("{}/#", installation.base));
        filters::disjoint(of_rules.chain(installations))
    }
}
