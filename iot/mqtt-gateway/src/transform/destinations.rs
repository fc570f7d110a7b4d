//! Destinations of the values of a payload: fields, tags and the time, listed or learned.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::node::Node;
use super::table::{Field, Table};
use super::timestamp::TimeFormat;
use super::value::{BooleanWords, Conversion, Refusal, Scalar, ValueKind};

/// Largest number of keys learned from the payloads of one topic.
const MOST_LEARNED: u16 = 200;

/// Destinations of the values of a payload.
#[derive(Debug, Default)]
pub struct Destinations {
    all: Vec<Destination>,
    /// Handling of unlisted values.
    pub others: Option<OtherFields>,
    /// Number of learned keys.
    learned: u16,
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

impl Destinations {
    /// Destination at an index.
    pub fn get(&self, at: u16) -> Option<&Destination> {
        self.all.get(usize::from(at))
    }

    /// Whether one of them is the time.
    pub(super) fn have_time(&self) -> bool {
        self.all.iter().any(|destination| matches!(destination, Destination::Time(_)))
    }

    /// Adds a destination. Returns its index.
    pub(super) fn add(&mut self, destination: Destination) -> Option<u16> {
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
        let has_room = self.learned < MOST_LEARNED;
        let column = has_room.then(|| table.field(Field::new(name, conversion.value_type()))).flatten();
        let column = column.ok_or(Refusal::TooManyFields)?;
        node.destinations.extend(self.add(Destination::Field { column, conversion }));
        Ok(())
    }

    /// Whether one more unlisted key may be learned.
    pub fn may_learn(&mut self) -> bool {
        self.learned = self.learned.saturating_add(1);
        self.learned <= MOST_LEARNED
    }

    /// Whether the members of an unlisted object at `depth` are read.
    pub fn descends_into(&self, node: &Node, depth: u8) -> bool {
        let wanted =
            |others: &OtherFields| depth < others.depth && others.selection.admits_inside(&node.name);
        self.others.as_ref().is_some_and(wanted)
    }
}

impl OtherFields {
    fn kind(&self, name: &str, value: Scalar<'_>) -> Option<ValueKind> {
        match value {
            Scalar::Integer(_) | Scalar::Float(_) => Some(ValueKind::Float),
            Scalar::Boolean(_) if self.all => Some(ValueKind::Boolean(None)),
            Scalar::Text(text) if self.all && is_switch(name, text) => {
                Some(ValueKind::Boolean(Some(on_and_off())))
            }
            Scalar::Text(_) if self.all => Some(ValueKind::Text),
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
