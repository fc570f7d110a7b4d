//! One value of a record, borrowed from it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// One value of a record, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Absent: left out of line protocol, `NULL` in SQL.
    Null,
    /// A measured number.
    Float(f64),
    /// A counted number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// Text.
    Text(&'a str),
    /// An instant.
    Timestamp(Timestamp),
    /// A day on the calendar.
    Date(Date),
    /// An exact number: money, rates.
    Decimal(Decimal),
    /// A document.
    Json(&'a serde_json::Value),
}

impl Value<'_> {
    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// As JSON: times as RFC 3339, decimals as text so that they stay exact.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Null => serializer.serialize_unit(),
            Self::Float(number) => serializer.serialize_f64(number),
            Self::Integer(number) => serializer.serialize_i64(number),
            Self::Boolean(yes) => serializer.serialize_bool(yes),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Timestamp(time) => serializer.collect_str(&time),
            Self::Date(date) => serializer.collect_str(&date),
            Self::Decimal(number) => serializer.collect_str(&number),
            Self::Json(document) => document.serialize(serializer),
        }
    }
}
