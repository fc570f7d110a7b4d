//! Measurements and tables, as their store describes them.

use serde::Serialize;

/// Measurements and tables, as their store describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// Store that holds it: `influxdb`, `postgres`, `sqlite`.
    pub store: &'static str,
    /// Time column; `None` for a table.
    pub time: Option<String>,
    /// Columns that identify a series of a measurement, or a row of a table.
    pub tags: Vec<String>,
    /// Other columns.
    pub fields: Vec<Column>,
}

/// A column that is neither time nor tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type of its values.
    pub kind: ColumnKind,
}

/// Type of a column, as far as the store knows it: the embedded store keeps booleans as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Numbers, which can form a series.
    Number,
    /// Booleans; a series of them has ones and zeros, except in InfluxDB, which has none.
    Boolean,
    /// Anything else.
    Text,
}

impl Dataset {
    /// Whether it is a time series.
    pub fn is_measurement(&self) -> bool {
        self.time.is_some()
    }

    /// Fields that can form a series.
    pub fn numeric_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.kind != ColumnKind::Text).map(|field| field.name.as_str())
    }

    /// Finds a field by name.
    pub(crate) fn field(&self, name: &str) -> Option<&Column> {
        self.fields.iter().find(|field| field.name == name)
    }
}
