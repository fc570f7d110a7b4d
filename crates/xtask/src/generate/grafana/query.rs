//! Queries of panels, independent of a query language.

use super::family::INGESTION;
use record::{Column, Role, Schema, Type};

/// Query of one measurement or table.
#[derive(Debug, Clone)]
pub(super) struct Query<'a> {
    pub(super) schema: &'a Schema,
    pub(super) ask: Ask<'a>,
    /// The field that must not be zero; without one, all rows count.
    pub(super) unless_zero: Option<&'a Column>,
}

/// Requested values.
#[derive(Debug, Clone)]
pub(super) enum Ask<'a> {
    /// Course of a field, for each series: a value for each bucket of time.
    Course(&'a Column, Aggregate),
    /// One value of a field for the whole range of time.
    Total(&'a Column, Aggregate),
    /// The newest row of each series.
    Newest(Vec<&'a Column>),
    /// All rows, the newest first, up to a limit.
    Rows(Vec<&'a Column>),
}

/// Aggregation of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Mean,
    Sum,
    Max,
    Count,
    Last,
}

/// Largest number of rows of a table; of each series, if the store limits by series.
pub(super) const MOST_ROWS: usize = 200;

impl<'a> Query<'a> {
    pub(super) fn new(schema: &'a Schema, ask: Ask<'a>) -> Self {
        Self { schema, ask, unless_zero: None }
    }

    /// Whether its answer is numbers over time.
    pub(super) fn is_series(&self) -> bool {
        matches!(self.ask, Ask::Course(..))
    }

    /// The name of the column of time; `None` in a table.
    pub(super) fn time(&self) -> Option<&'a str> {
        self.schema.columns.iter().find(|column| column.role == Role::Time).map(|column| column.name.as_ref())
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &'a Column> {
        tags(self.schema)
    }
}

/// Tags that distinguish the series of a measurement.
pub(super) fn tags(schema: &Schema) -> impl Iterator<Item = &Column> {
    schema.columns.iter().filter(|column| column.role == Role::Tag)
}

/// Tags that a dashboard lets people choose from. The name of a copy is absent from most reports of runs, and a filter
/// would leave those out; such a tag only distinguishes series.
pub(super) fn choices(schema: &Schema) -> impl Iterator<Item = &Column> {
    let is_ingestion = INGESTION.contains(&schema.name.as_ref());
    tags(schema).filter(move |tag| !(is_ingestion && tag.optional))
}

pub(super) fn fields(schema: &Schema) -> impl Iterator<Item = &Column> {
    schema.columns.iter().filter(|column| column.role == Role::Field)
}

/// Whether an integer is a time, in seconds since 1970: only its description says so.
pub(super) fn is_time(column: &Column) -> bool {
    let is_seconds = column.value_type == Type::Integer && column.unit.as_deref() == Some("s");
    is_seconds && column.description.contains("since 1970")
}
