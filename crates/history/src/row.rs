//! Rows of any store.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A row: column names to values. Absent values are left out; times are RFC 3339.
pub type Row = Map<String, Value>;

/// Name of the time column, in every store.
pub(crate) const TIME: &str = "time";

/// Nanoseconds in a microsecond, the resolution of all stores.
const NANOS: i128 = 1_000;

/// Reads the time in a cell: text, or nanoseconds since 1970.
pub(crate) fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => Timestamp::from_nanosecond(number.as_i64()?.into()).ok(),
        _ => None,
    }
}

/// Nanoseconds since 1970, as used by `InfluxDB`, limited to its range.
pub(crate) fn nanoseconds(time: Timestamp) -> i64 {
    let nanos = time.as_nanosecond() / NANOS * NANOS;
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN + 2 } else { i64::MAX - 1 })
}

/// Text of a time in the embedded store.
pub(crate) fn time_text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

pub(crate) fn text(row: &Row, column: &str) -> Option<String> {
    row.get(column)?.as_str().map(str::to_owned)
}

pub(crate) fn integer(row: &Row, column: &str) -> i64 {
    row.get(column).and_then(Value::as_i64).unwrap_or_default()
}
