//! Batches for the claims, with schemas that can be anything.

use std::borrow::Cow;

use record::{Batch, Column, Role, Rows, Schema, Shape, Timestamp, Type, Value, WriteMode};

/// A schema and rows that follow it.
#[derive(Debug, Clone)]
pub struct Sample {
    schema: Schema,
    rows: Vec<Vec<Value<'static>>>,
}

/// A time of the day the samples are from.
pub fn at(second: i64) -> Value<'static> {
    let time = Timestamp::from_second(1_795_000_000 + second).expect("a time in this century");
    Value::Timestamp(time)
}

/// A text.
pub fn text(text: &'static str) -> Value<'static> {
    Value::Text(text)
}

impl Sample {
    /// A measurement with its time.
    pub fn measurement(name: &'static str) -> Self {
        Self::new(name, Shape::Measurement).column("time", Role::Time, Type::Timestamp, false)
    }

    /// A table without columns yet.
    pub fn table(name: &'static str, write: WriteMode) -> Self {
        Self::new(name, Shape::Table(write))
    }

    fn new(name: &'static str, shape: Shape) -> Self {
        let description = Cow::Borrowed("What it's about.");
        let schema =
            Schema { name: name.into(), description, shape, event: false, columns: Cow::Owned(Vec::new()) };
        Self { schema, rows: Vec::new() }
    }

    /// With a tag, which may be absent.
    #[must_use]
    pub fn tag(self, name: &'static str) -> Self {
        self.column(name, Role::Tag, Type::Text, true)
    }

    /// With a key.
    #[must_use]
    pub fn key(self, name: &'static str, value_type: Type) -> Self {
        self.column(name, Role::Key, value_type, false)
    }

    /// With a key that is a partition.
    #[must_use]
    pub fn partition(self, name: &'static str) -> Self {
        self.column(name, Role::Partition, Type::Text, false)
    }

    /// With a field that always has a value.
    #[must_use]
    pub fn field(self, name: &'static str, value_type: Type) -> Self {
        self.column(name, Role::Field, value_type, false)
    }

    /// With a field that may be absent.
    #[must_use]
    pub fn optional(self, name: &'static str, value_type: Type) -> Self {
        self.column(name, Role::Field, value_type, true)
    }

    /// With another row: a value for each column.
    #[must_use]
    pub fn row<const N: usize>(mut self, values: [Value<'static>; N]) -> Self {
        assert_eq!(self.schema.columns.len(), N, "a value for each column");
        self.rows.push(values.into());
        self
    }

    /// As a batch.
    pub fn batch(&self) -> Batch<'_> {
        Batch::new(&self.schema, Values(&self.rows))
    }

    fn column(mut self, name: &'static str, role: Role, value_type: Type, optional: bool) -> Self {
        let (unit, description) = (Some("°C".into()), "It's told.".into());
        let column = Column {
            name: name.into(),
            role,
            value_type,
            optional,
            unit,
            valid: None,
            label: false,
            description,
        };
        self.schema.columns.to_mut().push(column);
        self
    }
}

struct Values<'a>(&'a [Vec<Value<'static>>]);

impl Rows for Values<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.0.get(row).and_then(|values| values.get(column)).copied().unwrap_or(Value::Null)
    }
}
