//! A measurement or table, as its store describes it.

use serde::Serialize;

/// A measurement or table, as its store describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// The store that holds it: `influxdb`, `postgres`, `sqlite`.
    pub store: &'static str,
    /// The column of its time; `None` for a table, which has none.
    pub time: Option<String>,
    /// The columns that identify a series of a measurement, or a row of a table.
    pub tags: Vec<String>,
    /// The other columns.
    pub fields: Vec<Column>,
}

/// A column that tells something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds, as far as its store can tell: the embedded store keeps a boolean as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Numbers, of which a series can be made.
    Number,
    /// Yes or no; a series of them is of ones and zeros, but not in InfluxDB, which makes none.
    Boolean,
    /// Anything else.
    Text,
}

impl Dataset {
    /// Whether it is a time series.
    pub fn is_measurement(&self) -> bool {
        self.time.is_some()
    }

    /// The fields of which series can be made.
    pub fn numeric_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.kind != Kind::Text).map(|field| field.name.as_str())
    }

    /// The column of that name, if it tells something.
    pub(crate) fn field(&self, name: &str) -> Option<&Column> {
        self.fields.iter().find(|field| field.name == name)
    }
}
