//! What to do with the messages of one topic, prepared once.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use record::Timestamp;

use super::moment::Form;
use super::node::{Node, Step};
use super::payload::{self, Refused};
use super::table::{Field, Table};
use super::value::{Conversion, Kind, Refusal, Scalar, Words};

/// The most keys that are learned from the payloads of one topic.
const MOST_LEARNED: u16 = 200;

/// What to do with the messages of one topic, prepared once.
#[derive(Debug)]
pub struct Plan {
    /// Which measurement the rows belong to.
    pub table: usize,
    /// Tags that are the same for each message.
    pub tags: Vec<(u16, Box<str>)>,
    /// Whether the payload is JSON or one bare value.
    pub form: PayloadForm,
    /// What to do with a message the broker kept.
    pub retained: Retained,
    /// The keys that are wanted.
    pub keys: Node,
    /// What becomes of the values.
    pub slots: Slots,
}

/// What a payload looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadForm {
    /// A JSON document.
    Json,
    /// One value as text, as ESPHome publishes.
    Bare,
}

/// What to do with a message that the broker kept, and that may have been stored long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retained {
    /// Left out, unless its payload tells its time: then it is the same point again.
    Skip,
    /// Stored like any other.
    Store,
}

/// What becomes of the values of a payload.
#[derive(Debug, Default)]
pub struct Slots {
    all: Vec<Slot>,
    /// What becomes of values nobody named.
    pub others: Option<Others>,
    /// How many keys nobody named are remembered.
    kept: u16,
}

/// What becomes of one value.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// It is a field.
    Field {
        /// The column.
        column: u16,
        /// How it is converted.
        conversion: Conversion,
    },
    /// It is a tag.
    Tag(u16),
    /// It is the time.
    Time(Form),
}

/// What becomes of values nobody named.
#[derive(Debug, Clone)]
pub struct Others {
    /// Whether text and Booleans are stored too, not numbers alone.
    pub all: bool,
    /// How many objects deep they may lie.
    pub depth: u8,
    /// Which of them are wanted, and under which names.
    pub selection: Rc<Selection>,
}

/// Which fields are wanted, and under which names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Nothing but these; all where there are none.
    pub only: BTreeSet<Box<str>>,
    /// Not these.
    pub except: BTreeSet<Box<str>>,
    /// Other names for some.
    pub rename: BTreeMap<Box<str>, Box<str>>,
}

/// What became of a payload.
#[derive(Debug)]
pub enum Applied {
    /// A row was added.
    Row(Option<Refused>),
    /// It holds no value.
    NoValue(Option<Refused>),
    /// The broker kept it, and it does not tell its time.
    Retained,
    /// It is not what its topic carries.
    Malformed(String),
}

impl Plan {
    /// A plan for JSON payloads, without keys yet.
    pub fn new(table: usize) -> Self {
        Self {
            table,
            tags: Vec::new(),
            form: PayloadForm::Json,
            retained: Retained::Skip,
            keys: Node::default(),
            slots: Slots::default(),
        }
    }

    /// Says what becomes of the value at the end of a path; the empty path is the payload itself.
    pub fn place(&mut self, path: &[Step], slot: Slot) {
        if let Some(at) = self.slots.add(slot) {
            self.keys.place(path, at);
        }
    }

    /// Writes what a payload says as a row of `table`.
    pub fn apply(
        &mut self,
        payload: &[u8],
        is_retained: bool,
        arrival: Timestamp,
        table: &mut Table,
    ) -> Applied {
        let needs_time = is_retained && self.retained == Retained::Skip;
        if needs_time && !self.slots.tell_time() {
            return Applied::Retained;
        }
        for (column, value) in &self.tags {
            table.gathered.push_tag(*column, value);
        }
        let told = match self.form {
            PayloadForm::Json => payload::json(payload, &mut self.keys, &mut self.slots, table),
            PayloadForm::Bare => payload::bare(payload, &mut self.keys, &mut self.slots, table),
        };
        match told {
            Err(error) => {
                table.gathered.cancel();
                Applied::Malformed(error)
            }
            Ok(told) if needs_time && told.time.is_none() => {
                table.gathered.cancel();
                Applied::Retained
            }
            Ok(told) if table.gathered.end(told.time.unwrap_or(arrival)) => Applied::Row(told.refused),
            Ok(told) => Applied::NoValue(told.refused),
        }
    }
}

impl Slots {
    /// What becomes of a value.
    pub fn get(&self, at: u16) -> Option<&Slot> {
        self.all.get(usize::from(at))
    }

    fn tell_time(&self) -> bool {
        self.all.iter().any(|slot| matches!(slot, Slot::Time(_)))
    }

    fn add(&mut self, slot: Slot) -> Option<u16> {
        let at = u16::try_from(self.all.len()).ok()?;
        self.all.push(slot);
        Some(at)
    }

    /// Decides what becomes of a value that nobody named, for this payload and those to come.
    ///
    /// # Errors
    ///
    /// There are too many fields already.
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
        node.slots.extend(self.add(Slot::Field { column, conversion }));
        Ok(())
    }

    /// Whether one more key that nobody named can be remembered.
    pub fn may_keep(&mut self) -> bool {
        self.kept = self.kept.saturating_add(1);
        self.kept <= MOST_LEARNED
    }

    /// Whether the members of an object that nobody named are looked at, `depth` objects deep.
    pub fn look_into(&self, node: &Node, depth: u8) -> bool {
        let wanted = |others: &Others| depth < others.depth && others.selection.admits_inside(&node.name);
        self.others.as_ref().is_some_and(wanted)
    }
}

impl Others {
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
    /// What a field is called, if it is wanted.
    pub fn name<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let is_wanted = (self.only.is_empty() || self.only.contains(name)) && !self.except.contains(name);
        is_wanted.then(|| self.rename.get(name).map_or(name, |other| other))
    }

    fn admits_inside(&self, name: &str) -> bool {
        let may_hold = |only: &str| only.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
        !self.except.contains(name) && (self.only.is_empty() || self.only.iter().any(|only| may_hold(only)))
    }
}

/// Whether text says that something is switched on or off: `state`, or `state_l1` of one with several switches.
fn is_switch(name: &str, text: &str) -> bool {
    let is_state = name.strip_prefix("state").is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    is_state && ["ON", "OFF"].contains(&text)
}

fn on_and_off() -> Rc<Words> {
    Rc::new(Words { yes: vec!["ON".into()], no: vec!["OFF".into()] })
}
