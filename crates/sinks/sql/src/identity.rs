//! Identity of rows: columns, and values as comparable bytes.

use record::{Batch, Column, Role, Schema, Timestamp, Value};

/// The columns that identify a row; none in a table without keys, whose partitions hold many rows each.
pub(crate) fn columns(schema: &Schema) -> Vec<&Column> {
    let identifies = schema.is_measurement() || schema.columns.iter().any(|column| column.role == Role::Key);
    if identifies { schema.identity().collect() } else { Vec::new() }
}

/// The same time, cut to the microseconds that every SQL store keeps.
///
/// It is cut downward before 1970 as well, so that two stores keep the same.
pub fn microseconds(time: Timestamp) -> Timestamp {
    let micros = i64::try_from(time.as_nanosecond().div_euclid(1000)).ok();
    // Both conversions hold for every timestamp; only the earliest could be cut to before the earliest.
    micros.and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(time)
}

/// Appends the identity of a row. Two rows that a store takes for one have the same bytes.
pub(crate) fn write_key(batch: &Batch<'_>, row: usize, identity: &[usize], key: &mut Vec<u8>) {
    for column in identity {
        match batch.value(row, *column) {
            // An absent tag is the empty one.
            Value::Null => bytes(key, b""),
            Value::Text(text) => bytes(key, text.as_bytes()),
            Value::Integer(number) => key.extend(number.to_be_bytes()),
            // Both zeros are one number.
            Value::Float(number) => key.extend((number + 0.0).to_bits().to_be_bytes()),
            Value::Boolean(yes) => key.push(u8::from(yes)),
            Value::Timestamp(time) => key.extend(microseconds(time).as_microsecond().to_be_bytes()),
            Value::Date(date) => bytes(key, date.to_string().as_bytes()),
            Value::Decimal(number) => key.extend(number.normalize().serialize()),
            Value::Json(document) => bytes(key, document.to_string().as_bytes()),
        }
    }
}

/// With the length before them, so that `ab`, `c` is not `a`, `bc`.
fn bytes(key: &mut Vec<u8>, value: &[u8]) {
    key.extend(value.len().to_be_bytes());
    key.extend(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_cut_to_the_microsecond_before_it() {
        let cut = |nanos| microseconds(Timestamp::from_nanosecond(nanos).unwrap()).as_microsecond();
        assert_eq!((cut(1_999), cut(-1), cut(-1_000)), (1, -1, -1));
        assert_eq!(microseconds(Timestamp::MIN), Timestamp::MIN);
    }
}
