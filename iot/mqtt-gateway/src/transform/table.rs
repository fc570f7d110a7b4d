//! A measurement: columns that are learned as they come, and whose types never change.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use record::{Column, Role, Schema, Shape, Type};

use super::rows::Gathered;

/// The most fields one measurement can have. PostgreSQL holds no more than 1,600 columns.
const MOST_FIELDS: usize = 1_000;

/// A measurement, and the rows gathered for it.
#[derive(Debug)]
pub struct Table {
    name: String,
    description: &'static str,
    tags: Vec<Box<str>>,
    fields: Vec<Field>,
    by_name: BTreeMap<Box<str>, u16>,
    /// The types that fields had before the program started.
    known: BTreeMap<Box<str>, Type>,
    schema: Option<Rc<Schema>>,
    /// The rows that wait to be stored.
    pub gathered: Gathered,
}

/// What is known of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// The type of its values.
    pub value_type: Type,
    /// The unit of measurement.
    pub unit: Option<Box<str>>,
    /// What it tells.
    pub description: Box<str>,
}

impl Field {
    /// A field of which nothing more is known.
    pub fn new(name: &str, value_type: Type) -> Self {
        Self { name: name.into(), value_type, unit: None, description: Box::default() }
    }
}

impl Table {
    /// A measurement without fields yet.
    pub fn new(name: &str, description: &'static str, tags: impl IntoIterator<Item = Box<str>>) -> Self {
        let (own, fields, by_name, known, gathered) = Default::default();
        let name = name.to_owned();
        let mut table = Self { name, description, tags: own, fields, by_name, known, schema: None, gathered };
        table.add_tags(tags);
        table
    }

    /// Gives it more tags, before it has fields.
    pub fn add_tags(&mut self, tags: impl IntoIterator<Item = Box<str>>) {
        self.tags.extend(tags);
        self.tags.sort();
        self.tags.dedup();
        self.gathered = Gathered::new(self.tags.len());
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields so far, with their types.
    pub fn types(&self) -> impl Iterator<Item = (&str, Type)> {
        let now = self.fields.iter().map(|field| (field.name.as_ref(), field.value_type));
        let before = self.known.iter().map(|(name, value_type)| (name.as_ref(), *value_type));
        now.chain(before.filter(|(name, _)| !self.by_name.contains_key(*name)))
    }

    /// Says which type a field had before the program started.
    pub fn remember(&mut self, field: &str, value_type: Type) {
        self.known.insert(field.into(), value_type);
    }

    /// Keeps a name for a type, unless it stands for one already.
    pub fn reserve(&mut self, field: &str, value_type: Type) {
        let has_room = self.known.len() < MOST_FIELDS;
        if has_room && !self.by_name.contains_key(field) && !self.known.contains_key(field) {
            self.known.insert(field.into(), value_type);
        }
    }

    /// The column of a tag.
    pub fn tag(&self, name: &str) -> Option<u16> {
        let at = self.tags.iter().position(|tag| **tag == *name)?;
        u16::try_from(at).ok()?.checked_add(1)
    }

    /// The column of a field that a person declared, whatever its type was before.
    pub fn declare(&mut self, field: Field) -> Option<u16> {
        self.known.remove(&field.name);
        self.field(field)
    }

    /// The column of a field; `None` where the measurement has as many as it can have.
    ///
    /// A name that stands for another type already, or for a tag or the time, gets the type behind it: `mode_text`.
    pub fn field(&mut self, field: Field) -> Option<u16> {
        let name = if self.is_free_for(&field.name, field.value_type) {
            field.name
        } else {
            format!("{}_{}", field.name, suffix(field.value_type)).into()
        };
        if let Some(column) = self.by_name.get(&name) {
            return Some(*column);
        }
        if self.fields.len() >= MOST_FIELDS {
            return None;
        }
        let column = u16::try_from(self.tags.len() + self.fields.len() + 1).ok()?;
        self.by_name.insert(name.clone(), column);
        self.fields.push(Field { name, ..field });
        self.schema = None;
        Some(column)
    }

    /// The name of a column.
    pub fn column_name(&self, column: u16) -> &str {
        let at = usize::from(column).checked_sub(1);
        let name = at.and_then(|at| match at.checked_sub(self.tags.len()) {
            None => self.tags.get(at),
            Some(field) => self.fields.get(field).map(|field| &field.name),
        });
        name.map_or("time", |name| name)
    }

    /// What the gathered rows are made of.
    pub fn schema(&mut self) -> Rc<Schema> {
        if let Some(schema) = &self.schema {
            return Rc::clone(schema);
        }
        let schema = Rc::new(self.build());
        self.schema = Some(Rc::clone(&schema));
        schema
    }

    /// Takes the gathered rows.
    pub fn take(&mut self) -> (Rc<Schema>, Gathered) {
        let rows = std::mem::replace(&mut self.gathered, Gathered::new(self.tags.len()));
        (self.schema(), rows)
    }

    fn is_free_for(&self, name: &str, value_type: Type) -> bool {
        let is_key = name == "time" || self.tags.iter().any(|tag| **tag == *name);
        let field = self.by_name.get(name).and_then(|column| {
            self.fields
                .get(usize::from(*column).checked_sub(self.tags.len() + 1)?)
                .map(|field| field.value_type)
        });
        let has = field.or_else(|| self.known.get(name).copied());
        !is_key && has.is_none_or(|has| has == value_type)
    }

    fn build(&self) -> Schema {
        let time = column("time", Role::Time, Type::Timestamp, false);
        let tags = self.tags.iter().map(|tag| column(tag, Role::Tag, Type::Text, true));
        let fields = self.fields.iter().map(|field| Column {
            unit: field.unit.as_ref().map(|unit| Cow::Owned(unit.to_string())),
            description: Cow::Owned(field.description.to_string()),
            ..column(&field.name, Role::Field, field.value_type, true)
        });
        Schema {
            name: Cow::Owned(self.name.clone()),
            description: Cow::Borrowed(self.description),
            shape: Shape::Measurement,
            event: false,
            columns: std::iter::once(time).chain(tags).chain(fields).collect(),
        }
    }
}

fn column(name: &str, role: Role, value_type: Type, optional: bool) -> Column {
    // A value outside of its range is left out before it is a value of a row; the others of its row are kept.
    let (unit, valid, label, description) = Default::default();
    Column { name: Cow::Owned(name.to_owned()), role, value_type, optional, unit, valid, label, description }
}

fn suffix(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "number",
        Type::Integer => "integer",
        Type::Boolean => "boolean",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new("zigbee", "", ["device".into()])
    }

    #[test]
    fn the_type_of_a_name_never_changes() {
        let mut table = table();
        let number = table.field(Field::new("mode", Type::Float)).unwrap();
        let text = table.field(Field::new("mode", Type::Text)).unwrap();
        assert_eq!((table.column_name(number), table.column_name(text)), ("mode", "mode_text"));
        assert_eq!(table.field(Field::new("mode", Type::Float)), Some(number));
        assert_eq!(table.field(Field::new("mode", Type::Text)), Some(text));
    }

    #[test]
    fn a_type_from_before_the_start_still_counts() {
        let mut table = table();
        table.remember("state", Type::Boolean);
        let text = table.field(Field::new("state", Type::Text)).unwrap();
        assert_eq!(table.column_name(text), "state_text");
        let types: Vec<_> = table.types().collect();
        assert_eq!(types, [("state_text", Type::Text), ("state", Type::Boolean)]);
    }

    #[test]
    fn a_field_never_takes_the_name_of_a_tag_or_of_the_time() {
        let mut table = table();
        for (name, expected) in [("device", "device_number"), ("time", "time_number")] {
            let column = table.field(Field::new(name, Type::Float)).unwrap();
            assert_eq!(table.column_name(column), expected);
        }
        let schema = table.schema();
        let names: Vec<_> = schema.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(names, ["time", "device", "device_number", "time_number"]);
    }

    #[test]
    fn there_is_an_end_to_fields() {
        let mut table = table();
        let columns = (0..2_000).filter_map(|at| table.field(Field::new(&format!("f{at}"), Type::Float)));
        assert_eq!(columns.count(), MOST_FIELDS);
        assert!(table.field(Field::new("f1", Type::Float)).is_some());
    }
}
