//! Measurements whose columns are learned and whose types never change.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use record::{Column, Role, Schema, Shape, Type};

use super::rows::RowBuffer;

/// Largest number of fields of a measurement. PostgreSQL allows at most 1,600 columns.
const MOST_FIELDS: usize = 1_000;

/// A measurement with its buffered rows.
#[derive(Debug)]
pub struct Table {
    name: String,
    description: &'static str,
    tags: Vec<Box<str>>,
    fields: Vec<Field>,
    by_name: BTreeMap<Box<str>, u16>,
    /// Types of fields from before the program started.
    known: BTreeMap<Box<str>, Type>,
    schema: Option<Rc<Schema>>,
    /// Rows to be stored.
    pub buffer: RowBuffer,
}

/// Description of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name.
    pub name: Box<str>,
    /// Type of its values.
    pub value_type: Type,
    /// Unit of measurement.
    pub unit: Option<Box<str>>,
    /// Meaning.
    pub description: Box<str>,
}

impl Field {
    /// Creates a field without unit and description.
    pub fn new(name: &str, value_type: Type) -> Self {
        Self { name: name.into(), value_type, unit: None, description: Box::default() }
    }
}

impl Table {
    /// Creates a measurement without fields.
    pub fn new(name: &str, description: &'static str, tags: impl IntoIterator<Item = Box<str>>) -> Self {
        let (own, fields, by_name, known, buffer) = Default::default();
        let name = name.to_owned();
        let mut table = Self { name, description, tags: own, fields, by_name, known, schema: None, buffer };
        table.add_tags(tags);
        table
    }

    /// Adds tags, before there are fields.
    pub fn add_tags(&mut self, tags: impl IntoIterator<Item = Box<str>>) {
        self.tags.extend(tags);
        self.tags.sort();
        self.tags.dedup();
        self.buffer = RowBuffer::new(self.tags.len());
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Known fields with their types.
    pub fn types(&self) -> impl Iterator<Item = (&str, Type)> {
        let now = self.fields.iter().map(|field| (field.name.as_ref(), field.value_type));
        let before = self.known.iter().map(|(name, value_type)| (name.as_ref(), *value_type));
        now.chain(before.filter(|(name, _)| !self.by_name.contains_key(*name)))
    }

    /// Restores the type of a field from before the program started.
    pub fn remember(&mut self, field: &str, value_type: Type) {
        self.known.insert(field.into(), value_type);
    }

    /// Reserves a name for a type, unless it has one already.
    pub fn reserve(&mut self, field: &str, value_type: Type) {
        let has_room = self.known.len() < MOST_FIELDS;
        if has_room && !self.by_name.contains_key(field) && !self.known.contains_key(field) {
            self.known.insert(field.into(), value_type);
        }
    }

    /// Column of a tag.
    pub fn tag(&self, name: &str) -> Option<u16> {
        let at = self.tags.iter().position(|tag| **tag == *name)?;
        u16::try_from(at).ok()?.checked_add(1)
    }

    /// Column of a configured field, which replaces its earlier type.
    pub fn declare(&mut self, field: Field) -> Option<u16> {
        self.known.remove(&field.name);
        self.field(field)
    }

    /// Column of a field; `None` if the measurement has too many.
    ///
    /// If the name has another type already, or is a tag or the time, the type is appended: `mode_text`.
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

    /// Name of a column.
    pub fn column_name(&self, column: u16) -> &str {
        let at = usize::from(column).checked_sub(1);
        let name = at.and_then(|at| match at.checked_sub(self.tags.len()) {
            None => self.tags.get(at),
            Some(field) => self.fields.get(field).map(|field| &field.name),
        });
        name.map_or("time", |name| name)
    }

    /// Schema of the buffered rows.
    pub fn schema(&mut self) -> Rc<Schema> {
        if let Some(schema) = &self.schema {
            return Rc::clone(schema);
        }
        let schema = Rc::new(self.build());
        self.schema = Some(Rc::clone(&schema));
        schema
    }

    /// Takes the buffered rows.
    pub fn take(&mut self) -> (Rc<Schema>, RowBuffer) {
        let rows = std::mem::replace(&mut self.buffer, RowBuffer::new(self.tags.len()));
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
    // Ranges are checked before a value enters a row, so that the other values are kept.
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
