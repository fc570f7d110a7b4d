//! Handling of the messages of one topic, prepared once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use record::Timestamp;

use super::node::{Node, Step};
use super::payload::{self, Refused};
use super::table::{Field, Table};
use super::timestamp::TimeFormat;
use super::value::{BooleanWords, Conversion, Kind, Refusal, Scalar};

/// Largest number of keys learned from the payloads of one topic.
const MOST_LEARNED: u16 = 200;

/// Handling of the messages of one topic, prepared once.
#[derive(Debug)]
pub struct Plan {
    /// Index of the table.
    pub table: usize,
    /// Constant tags.
    pub tags: Vec<(u16, Box<str>)>,
    /// Format of the payload.
    pub form: PayloadFormat,
    /// Handling of retained messages.
    pub retained: Retained,
    /// Tree of the known keys.
    pub keys: Node,
    /// Destinations of the values.
    pub destinations: Destinations,
}

/// Format of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadFormat {
    /// A JSON document.
    Json,
    /// A single value as text, as ESPHome publishes it.
    Bare,
}

/// Handling of a retained message, which may have been stored long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retained {
    /// Ignored, unless its payload has a time: then it is the same point again.
    Skip,
    /// Stored like any other message.
    Store,
}

/// Destinations of the values of a payload.
#[derive(Debug, Default)]
pub struct Destinations {
    all: Vec<Destination>,
    /// Handling of unlisted values.
    pub others: Option<OtherFields>,
    /// Number of learned keys.
    kept: u16,
}

/// Destination of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Destination {
    /// A field.
    Field {
        /// Column.
        column: u16,
        /// Conversion.
        conversion: Conversion,
    },
    /// A tag.
    Tag(u16),
    /// The time.
    Time(TimeFormat),
}

/// Handling of unlisted values.
#[derive(Debug, Clone)]
pub struct OtherFields {
    /// Whether text and booleans are stored, too, besides numbers.
    pub all: bool,
    /// Largest nesting depth.
    pub depth: u8,
    /// Selection and names.
    pub selection: Rc<Selection>,
}

/// Selection and names of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// If not empty, only these.
    pub only: BTreeSet<Box<str>>,
    /// Excluded ones.
    pub except: BTreeSet<Box<str>>,
    /// New names.
    pub rename: BTreeMap<Box<str>, Box<str>>,
}

/// Result of applying a plan to a payload.
#[derive(Debug)]
pub enum PlanOutcome {
    /// A row was added.
    Row(Option<Refused>),
    /// The payload has no value.
    NoValue(Option<Refused>),
    /// A retained message without a time.
    Retained,
    /// The payload is invalid for its topic.
    Malformed(String),
}

impl Plan {
    /// Creates a plan for JSON payloads, without keys.
    pub fn new(table: usize) -> Self {
        Self {
            table,
            tags: Vec::new(),
            form: PayloadFormat::Json,
            retained: Retained::Skip,
            keys: Node::default(),
            destinations: Destinations::default(),
        }
    }

    /// Adds a destination for the value at the end of a path; the empty path is the payload itself.
    pub fn place(&mut self, path: &[Step], destination: Destination) {
        if let Some(at) = self.destinations.add(destination) {
            self.keys.place(path, at);
        }
    }

    /// Writes a payload as a row of `table`.
    pub fn apply(
        &mut self,
        payload: &[u8],
        is_retained: bool,
        arrival: Timestamp,
        table: &mut Table,
    ) -> PlanOutcome {
        let needs_time = is_retained && self.retained == Retained::Skip;
        if needs_time && !self.destinations.tell_time() {
            return PlanOutcome::Retained;
        }
        for (column, value) in &self.tags {
            table.buffer.push_tag(*column, value);
        }
        let told = match self.form {
            PayloadFormat::Json => payload::json(payload, &mut self.keys, &mut self.destinations, table),
            PayloadFormat::Bare => payload::bare(payload, &mut self.keys, &mut self.destinations, table),
        };
        match told {
            Err(error) => {
                table.buffer.cancel();
                PlanOutcome::Malformed(error)
            }
            Ok(told) if needs_time && told.time.is_none() => {
                table.buffer.cancel();
                PlanOutcome::Retained
            }
            Ok(told) if table.buffer.end(told.time.unwrap_or(arrival)) => PlanOutcome::Row(told.refused),
            Ok(told) => PlanOutcome::NoValue(told.refused),
        }
    }
}

impl Destinations {
    /// Destination at an index.
    pub fn get(&self, at: u16) -> Option<&Destination> {
        self.all.get(usize::from(at))
    }

    fn tell_time(&self) -> bool {
        self.all.iter().any(|destination| matches!(destination, Destination::Time(_)))
    }

    fn add(&mut self, destination: Destination) -> Option<u16> {
        let at = u16::try_from(self.all.len()).ok()?;
        self.all.push(destination);
        Some(at)
    }

    /// Chooses the destination of an unlisted value, for this payload and later ones.
    ///
    /// # Errors
    ///
    /// There are too many fields.
    pub fn learn(&mut self, node: &mut Node, value: Scalar<'_>, table: &mut Table) -> Result<(), Refusal> {
        let Some(others) = &self.others else { return Ok(()) };
        let Some(name) = others.selection.name(&node.name) else {
            node.is_skipped = true;
            return Ok(());
        };
        let Some(kind) = others.kind(&node.name, value) else { return Ok(()) };
        let conversion = Conversion::of(kind);
        let has_room = self.kept < MOST_LEARNED;
        let column = has_room.then(|| table.field(Field::new(name, conversion.value_type()))).flatten();
        let column = column.ok_or(Refusal::TooManyFields)?;
        node.destinations.extend(self.add(Destination::Field { column, conversion }));
        Ok(())
    }

    /// Whether one more unlisted key may be learned.
    pub fn may_keep(&mut self) -> bool {
        self.kept = self.kept.saturating_add(1);
        self.kept <= MOST_LEARNED
    }

    /// Whether the members of an unlisted object at `depth` are read.
    pub fn look_into(&self, node: &Node, depth: u8) -> bool {
        let wanted =
            |others: &OtherFields| depth < others.depth && others.selection.admits_inside(&node.name);
        self.others.as_ref().is_some_and(wanted)
    }
}

impl OtherFields {
    fn kind(&self, name: &str, value: Scalar<'_>) -> Option<Kind> {
        match value {
            Scalar::Integer(_) | Scalar::Float(_) => Some(Kind::Float),
            Scalar::Boolean(_) if self.all => Some(Kind::Boolean(None)),
            Scalar::Text(text) if self.all && is_switch(name, text) => {
                Some(Kind::Boolean(Some(on_and_off())))
            }
            Scalar::Text(_) if self.all => Some(Kind::Text),
            _ => None,
        }
    }
}

impl Selection {
    /// Name of a field, or `None` if it is not selected.
    pub fn name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let is_wanted = (self.only.is_empty() || self.only.contains(name)) && !self.except.contains(name);
        is_wanted.then(|| self.rename.get(name).map_or(name, |other| other))
    }

    fn admits_inside(&self, name: &str) -> bool {
        let may_hold = |only: &str| only.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
        !self.except.contains(name) && (self.only.is_empty() || self.only.iter().any(|only| may_hold(only)))
    }
}

/// Whether a value is the state of a switch: `state`, or `state_l1` of a device with several switches.
fn is_switch(name: &str, text: &str) -> bool {
    let is_state = name.strip_prefix("state").is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    is_state && ["ON", "OFF"].contains(&text)
}

fn on_and_off() -> Rc<BooleanWords> {
    Rc::new(BooleanWords { yes: vec!["ON".into()], no: vec!["OFF".into()] })
}
