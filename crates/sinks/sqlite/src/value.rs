//! Values as SQLite keeps them.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use record::{Batch, Role, Timestamp, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use sink_sql::{Held, Layout, microseconds};

/// Text order is time order only among years of four digits.
const YEARS: std::ops::RangeInclusive<i16> = 0..=9999;

/// A value as SQLite keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stored<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
}

/// Rejects values that SQLite cannot store.
pub(crate) fn fits(value: Value<'_>) -> Result<(), &'static str> {
    let year = match value {
        Value::Timestamp(time) => time.to_zoned(TimeZone::UTC).year(),
        Value::Date(date) => date.year(),
        // NaN would become NULL in silence.
        Value::Float(number) if !number.is_finite() => return Err("is not a finite number"),
        _ => return Ok(()),
    };
    if YEARS.contains(&year) { Ok(()) } else { Err("lies before the year 0") }
}

/// The value a row has in the column of that name.
pub(crate) fn value_of<'a>(layout: &Layout, batch: &'a Batch<'_>, row: usize, name: &str) -> Value<'a> {
    let index = layout.columns.iter().position(|column| column.name == name);
    index.map_or(Value::Null, |index| batch.value(row, index))
}

/// The value of a record as its column keeps it.
pub(crate) fn stored<'a>(column: &Held, value: Value<'a>) -> Stored<'a> {
    match value {
        Value::Null if column.role == Role::Tag => Stored::Text(Cow::Borrowed("")),
        Value::Null => Stored::Null,
        Value::Float(number) => Stored::Real(number),
        Value::Integer(number) => Stored::Integer(number),
        Value::Boolean(yes) => Stored::Integer(i64::from(yes)),
        Value::Text(text) => Stored::Text(Cow::Borrowed(text)),
        Value::Timestamp(time) => Stored::Text(Cow::Owned(time_text(time))),
        Value::Date(date) => Stored::Text(Cow::Owned(date.to_string())),
        // As text 1.0 and 1.00 are two keys, as numbers they are one.
        Value::Decimal(number) if column.role != Role::Field => {
            Stored::Text(Cow::Owned(number.normalize().to_string()))
        }
        Value::Decimal(number) => Stored::Text(Cow::Owned(number.to_string())),
        Value::Json(document) => Stored::Text(Cow::Owned(document.to_string())),
    }
}

/// RFC 3339 in UTC, with six digits after the point in every time.
fn time_text(time: Timestamp) -> String {
    microseconds(time).strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl From<Stored<'_>> for serde_json::Value {
    fn from(value: Stored<'_>) -> Self {
        match value {
            Stored::Null => Self::Null,
            Stored::Integer(number) => number.into(),
            Stored::Real(number) => number.into(),
            Stored::Text(text) => text.into_owned().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text() {
        let text = |time: &str| time_text(time.parse().unwrap());
        assert_eq!(text("2026-11-22T04:28:17Z"), "2026-11-22T04:28:17.000000Z");
        assert_eq!(text("2026-11-22T05:28:17.1234567+01:00"), "2026-11-22T04:28:17.123456Z");
        assert_eq!(text("0044-03-15T12:00:00Z"), "0044-03-15T12:00:00.000000Z");
    }

    #[test]
    fn a_time_before_the_year_0_is_refused() {
        let is_kept = |time: &str| fits(Value::Timestamp(time.parse().unwrap())).is_ok();
        assert!(is_kept("0000-01-01T00:00:00Z") && is_kept("9999-12-30T22:00:00Z"));
        assert!(!is_kept("-000044-03-15T12:00:00Z"));
    }
}
