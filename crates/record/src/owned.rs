//! A batch that owns its rows, to be kept while a store is away.

use serde::{Deserialize, Serialize, Serializer};

use crate::{Batch, Date, Decimal, Json, Rows, Schema, Timestamp, Type, Value};

/// A batch that owns its rows. It can be written as bytes and read back, exactly.
///
/// The rows are JSON arrays, one value a column, so a person can read the batches of a spool. The schema has
/// the type of each value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnedBatch {
    schema: Schema,
    rows: Vec<Vec<Json>>,
}

/// Bytes that are not a batch.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the JSON of a batch.
    #[error("the bytes are not a batch of records")]
    Form(#[source] serde_json::Error),
    /// A value is not of its column's type.
    #[error("row {row}: `{column}` does not hold a value of its type")]
    Value {
        /// The row, counted from 0.
        row: usize,
        /// The column's name.
        column: String,
    },
}

impl Batch<'_> {
    /// The batch as the bytes of an [`OwnedBatch`], written as it is read: no copy of the rows is made.
    ///
    /// # Errors
    ///
    /// A document in a row that JSON cannot hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Written { schema: self.schema(), rows: RowsOf(self) })
    }
}

impl OwnedBatch {
    /// A copy of a batch.
    ///
    /// # Errors
    ///
    /// A value that JSON cannot hold: not a number, or infinite. [`Batch::refused`] names them beforehand.
    pub fn copy_of(batch: &Batch<'_>) -> Result<Self, serde_json::Error> {
        let columns = batch.schema().columns.len();
        let row = |row| (0..columns).map(|column| serde_json::to_value(batch.value(row, column))).collect();
        let rows = (0..batch.len()).map(row).collect::<Result<_, _>>()?;
        Ok(Self { schema: batch.schema().clone(), rows })
    }

    /// The batch as bytes.
    ///
    /// # Errors
    ///
    /// Never for a batch made by this type; the signature is that of the serializer.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The batch that was written as these bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where the bytes are something else, or a value does not fit its column.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let batch: Self = serde_json::from_slice(bytes).map_err(DecodeError::Form)?;
        for (row, values) in batch.rows.iter().enumerate() {
            for (column, value) in batch.schema.columns.iter().zip(values) {
                if read(value, column.value_type).is_none() {
                    return Err(DecodeError::Value { row, column: column.name.to_string() });
                }
            }
        }
        Ok(batch)
    }

    /// The batch, borrowed.
    pub fn batch(&self) -> Batch<'_> {
        Batch::new(&self.schema, Parsed(self))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A batch on its way to bytes.
#[derive(Serialize)]
struct Written<'a> {
    schema: &'a Schema,
    rows: RowsOf<'a>,
}

struct RowsOf<'a>(&'a Batch<'a>);

impl Serialize for RowsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.len()).map(|row| RowOf(self.0, row)))
    }
}

struct RowOf<'a>(&'a Batch<'a>, usize);

impl Serialize for RowOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.cells(self.1).map(|(_, value)| value))
    }
}

struct Parsed<'a>(&'a OwnedBatch);

impl Rows for Parsed<'_> {
    fn count(&self) -> usize {
        self.0.rows.len()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        let kept = self.0.rows.get(row).and_then(|values| values.get(column));
        let column = self.0.schema.columns.get(column);
        kept.zip(column).and_then(|(value, column)| read(value, column.value_type)).unwrap_or(Value::Null)
    }
}

fn read(json: &Json, value_type: Type) -> Option<Value<'_>> {
    if json.is_null() {
        return Some(Value::Null);
    }
    Some(match value_type {
        Type::Float => Value::Float(json.as_f64()?),
        Type::Integer => Value::Integer(json.as_i64()?),
        Type::Boolean => Value::Boolean(json.as_bool()?),
        Type::Text => Value::Text(json.as_str()?),
        Type::Timestamp => Value::Timestamp(json.as_str()?.parse::<Timestamp>().ok()?),
        Type::Date => Value::Date(json.as_str()?.parse::<Date>().ok()?),
        Type::Decimal => Value::Decimal(json.as_str()?.parse::<Decimal>().ok()?),
        Type::Json => Value::Json(json),
    })
}
