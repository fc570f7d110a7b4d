//! Schema of a record: name, columns, and write mode.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Valid;

/// Schema of a record.
///
/// Derived for a struct, or built at run time from a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The name of the measurement or table.
    pub name: Cow<'static, str>,
    /// Meaning of a record, in a sentence or two.
    pub description: Cow<'static, str>,
    /// Measurement or table.
    #[serde(flatten)]
    pub shape: Shape,
    /// Whether each row is an event: it stands for itself, so a threshold on it alerts once and has no end.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub event: bool,
    /// In order: time, tags sorted by name, fields; or partitions, keys, fields.
    pub columns: Cow<'static, [Column]>,
}

/// Kind of a record, with its write mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "shape", content = "write")]
pub enum Shape {
    /// A time series: the same time and tags name the same point, and a repeat overwrites it.
    Measurement,
    /// Rows with keys.
    Table(WriteMode),
}

/// Treatment of existing rows of a table by a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WriteMode {
    /// Rows are added. With keys, a row that is there already stays as it is.
    Append,
    /// A row with the same keys is updated.
    Upsert,
    /// The new rows are the whole table, or the whole of each partition they name. An empty batch replaces nothing.
    Replace,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name, in every store.
    pub name: Cow<'static, str>,
    /// Its part in the record.
    pub role: Role,
    /// The type of its values, which never changes.
    #[serde(rename = "type")]
    pub value_type: Type,
    /// Whether a value may be absent.
    pub optional: bool,
    /// The unit of measurement, as in `°C` or `µg/m³`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unit: Option<Cow<'static, str>>,
    /// Range of valid numbers, if there is one. A value outside of it is a fault of the sensor.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub valid: Option<Valid>,
    /// Whether its value is shown in the texts of alerts.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub label: bool,
    /// Meaning.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub description: Cow<'static, str>,
}

/// The part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Time of the observation. A measurement has one, a table has none.
    Time,
    /// Identity of a series: text, few values.
    Tag,
    /// Part of a table that a replacing write swaps; part of the key.
    Partition,
    /// Identity of a row.
    Key,
    /// A value: measured, counted or descriptive.
    Field,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// 64-bit floating point, for measured values.
    Float,
    /// 64-bit integer, for counts.
    Integer,
    /// Yes or no.
    Boolean,
    /// UTF-8 text.
    Text,
    /// An instant, kept in UTC.
    Timestamp,
    /// A day on the calendar.
    Date,
    /// An exact decimal number.
    Decimal,
    /// A JSON document.
    Json,
}

impl Schema {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether it is a time series.
    pub fn is_measurement(&self) -> bool {
        self.shape == Shape::Measurement
    }

    /// The columns that identify a row or point: time and tags, or the keys.
    pub fn identity(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.role != Role::Field)
    }
}
