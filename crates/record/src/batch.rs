//! Records on their way to a sink: a schema and the rows that follow it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::{Column, Record, Schema, Value};

/// Rows that can be read value by value, in any storage.
pub trait Rows {
    /// Number of rows.
    fn count(&self) -> usize;

    /// The value in a row and column; [`Value::Null`] outside of both.
    fn value(&self, row: usize, column: usize) -> Value<'_>;
}

impl<R: Record> Rows for &[R] {
    fn count(&self) -> usize {
        self.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.get(row).map_or(Value::Null, |record| record.value(column))
    }
}

/// Records on their way to a sink. It borrows them: making, cloning and splitting one copies no record.
#[derive(Clone)]
pub struct Batch<'a> {
    schema: Cow<'a, Schema>,
    rows: Rc<dyn Rows + 'a>,
    range: Range<usize>,
}

/// A record that cannot be stored, with the reason. The others of its batch are not affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch.
    pub row: usize,
    /// Reason, with the name of the column.
    pub reason: String,
}

impl<'a> Batch<'a> {
    /// All of `rows`, which follow `schema`.
    pub fn new(schema: &'a Schema, rows: impl Rows + 'a) -> Self {
        Self { schema: Cow::Borrowed(schema), range: 0..rows.count(), rows: Rc::new(rows) }
    }

    /// Records of one type.
    pub fn of<R: Record>(records: &'a [R]) -> Self {
        Self::new(R::schema(), records)
    }

    /// The same records under another name, where a setting decides the name of the measurement.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let schema = Schema { name: Cow::Owned(name.to_owned()), ..self.schema.into_owned() };
        Self { schema: Cow::Owned(schema), ..self }
    }

    /// Schema of the rows.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The value in a row and column; [`Value::Null`] outside of both.
    pub fn value(&self, row: usize, column: usize) -> Value<'_> {
        match self.range.start.checked_add(row) {
            Some(at) if self.range.contains(&at) => self.rows.value(at, column),
            _ => Value::Null,
        }
    }

    /// The rows of `range`, counted from this batch's first; rows beyond its end are left out.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = self.range.end.min(self.range.start.saturating_add(range.end));
        let start = end.min(self.range.start.saturating_add(range.start));
        Self { range: start..end, ..self.clone() }
    }

    /// The batch in parts of at most `size` rows, in order.
    pub fn chunks(&self, size: usize) -> impl Iterator<Item = Self> + '_ {
        let size = size.max(1);
        (0..self.len()).step_by(size).map(move |start| self.slice(start..start.saturating_add(size)))
    }

    /// Only the rows for which `keep` is true.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.len()).filter(|row| keep(*row)).collect();
        let range = 0..kept.len();
        Self { schema: self.schema.clone(), rows: Rc::new(Picked { of: self.clone(), kept }), range }
    }

    /// The batch without some of its rows.
    #[must_use]
    pub fn filter_out(&self, refused: &[Refused]) -> Self {
        if refused.is_empty() {
            return self.clone();
        }
        let rows: HashSet<usize> = refused.iter().map(|refused| refused.row).collect();
        self.filter(|row| !rows.contains(&row))
    }

    /// One row as a JSON object: the record's name under `measurement` or `table`, then its columns.
    pub fn row(&self, row: usize) -> impl Serialize + '_ {
        Row { batch: self, row }
    }

    /// The invalid rows: those with a number that is not finite, without a required value, or with one outside of its
    /// field's valid range.
    ///
    /// The runner looks before anything is stored. A sink relies on it.
    pub fn refused(&self) -> Vec<Refused> {
        (0..self.len()).filter_map(|row| self.refusal(row).map(|reason| Refused { row, reason })).collect()
    }

    fn refusal(&self, row: usize) -> Option<String> {
        self.cells(row).find_map(|(column, value)| match value {
            Value::Float(number) if !number.is_finite() => Some(format!("`{}` is {number}", column.name)),
            Value::Null if !column.optional => Some(format!("`{}` is missing", column.name)),
            _ => out_of_range(column, value),
        })
    }

    /// The columns of a row with their values.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = (&Column, Value<'_>)> {
        self.schema.columns.iter().enumerate().map(move |(index, column)| (column, self.value(row, index)))
    }
}

/// The reason, where a number is outside of its column's valid range.
fn out_of_range(column: &Column, value: Value<'_>) -> Option<String> {
    let valid = column.valid.filter(|valid| !valid.allows(value))?;
    let unit = column.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let number = match value {
        Value::Float(number) => format!("{number:?}"),
        Value::Integer(number) => number.to_string(),
        _ => return None,
    };
    Some(format!("`{}` is {number}{unit}, and can only be {valid}{unit}", column.name))
}

impl std::fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch({} × {})", self.len(), self.schema.name)
    }
}

/// Some rows of another batch.
struct Picked<'a> {
    of: Batch<'a>,
    kept: Vec<usize>,
}

impl Rows for Picked<'_> {
    fn count(&self) -> usize {
        self.kept.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.kept.get(row).map_or(Value::Null, |at| self.of.value(*at, column))
    }
}

struct Row<'b, 'a> {
    batch: &'b Batch<'a>,
    row: usize,
}

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schema = self.batch.schema();
        let mut object = serializer.serialize_map(None)?;
        let shape = if schema.is_measurement() { "measurement" } else { "table" };
        object.serialize_entry(shape, &schema.name)?;
        for (column, value) in self.batch.cells(self.row).filter(|(_, value)| !value.is_null()) {
            object.serialize_entry(&column.name, &value)?;
        }
        object.end()
    }
}
