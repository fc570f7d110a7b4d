//! Functions for the code of the derive macros, which the compiler evaluates. They have no other callers.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "evaluated by the compiler, where an index out of bounds and a panic are compile errors"
)]

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::{Column, Role, Shape, Type, WriteMode};

/// The number of columns of all parts.
pub const fn count(parts: &[&[Column]]) -> usize {
    let (mut count, mut part) = (0, 0);
    while part < parts.len() {
        count += parts[part].len();
        part += 1;
    }
    count
}

/// The columns of all parts, one after the other.
pub const fn joined<const N: usize>(parts: &[&[Column]]) -> [Column; N] {
    let mut columns = [const { BLANK }; N];
    let (mut next, mut part) = (0, 0);
    while part < parts.len() {
        let mut index = 0;
        while index < parts[part].len() {
            put(&mut columns[next], &parts[part][index]);
            next += 1;
            index += 1;
        }
        part += 1;
    }
    columns
}

/// The columns in the order of a schema: time, tags by name (InfluxDB sorts them so anyway), partitions, keys, then
/// fields in the order of the struct.
pub const fn sorted<const N: usize>(columns: &[Column]) -> [Column; N] {
    let order: [usize; N] = order(columns);
    let mut sorted = [const { BLANK }; N];
    let mut index = 0;
    while index < N {
        put(&mut sorted[index], &columns[order[index]]);
        index += 1;
    }
    sorted
}

/// For each column of a schema, its index in the order of the struct.
pub const fn order<const N: usize>(columns: &[Column]) -> [usize; N] {
    let mut order = [0; N];
    let mut count = 0;
    while count < N {
        // Equal ones keep their order: a column goes behind all that are not greater.
        let mut place = count;
        while place > 0 && is_before(&columns[count], &columns[order[place - 1]]) {
            order[place] = order[place - 1];
            place -= 1;
        }
        order[place] = count;
        count += 1;
    }
    order
}

/// Checks the columns of a record with flattened structs. Records without any are checked by the derive macro, with
/// better messages.
///
/// The derive macro calls it in a constant, so that a mistake is a compile error. The compiler's words around
/// it differ between versions; the message of the panic is in all of them. Two fields of one name:
///
/// ```compile_fail
/// # use record::{Fields, Record, Timestamp};
/// #[derive(Fields)]
/// struct Conditions {
///     temp: f64,
/// }
///
/// #[derive(Record)]
/// #[record(measurement = "weather")]
/// struct Weather {
///     #[record(time)]
///     at: Timestamp,
///     #[record(flatten)]
///     conditions: Conditions,
///     temp: f64,
/// }
/// ```
///
/// A tag in a table:
///
/// ```compile_fail
/// # use record::{Fields, Record};
/// #[derive(Fields)]
/// struct Origin {
///     #[record(tag)]
///     sensor: String,
/// }
///
/// #[derive(Record)]
/// #[record(table = "sensors")]
/// struct Sensor {
///     #[record(key)]
///     id: i64,
///     #[record(flatten)]
///     origin: Origin,
/// }
/// ```
///
/// A measurement without a time:
///
/// ```compile_fail
/// # use record::{Fields, Record};
/// #[derive(Fields)]
/// struct Conditions {
///     temp: f64,
/// }
///
/// #[derive(Record)]
/// #[record(measurement = "weather")]
/// struct Weather {
///     #[record(flatten)]
///     conditions: Conditions,
/// }
/// ```
///
/// The first one, with another name, compiles:
///
/// ```
/// # use record::{Fields, Record, Timestamp};
/// #[derive(Fields)]
/// struct Conditions {
///     temp: f64,
/// }
///
/// #[derive(Record)]
/// #[record(measurement = "weather")]
/// struct Weather {
///     #[record(time)]
///     at: Timestamp,
///     #[record(flatten)]
///     conditions: Conditions,
///     humidity: f64,
/// }
/// ```
pub const fn check(columns: &[Column], shape: Shape, event: bool) {
    let (mut times, mut keys, mut partitions, mut fields) = (0, 0, 0, 0);
    let mut index = 0;
    while index < columns.len() {
        check_name(columns, index, shape);
        let column = &columns[index];
        assert!(
            !column.optional || matches!(column.role, Role::Tag | Role::Field),
            "a field that identifies the record, its time or a key, cannot be absent"
        );
        match (column.role, shape) {
            (Role::Time | Role::Tag, Shape::Table(_)) => {
                panic!("a table has keys and fields; times and tags belong to a measurement")
            }
            (Role::Key | Role::Partition, Shape::Measurement) => {
                panic!("a measurement has tags and fields; keys belong to a table")
            }
            (Role::Time, _) => times += 1,
            (Role::Key, _) => keys += 1,
            (Role::Partition, _) => partitions += 1,
            (Role::Field, _) => fields += 1,
            (Role::Tag, _) => {}
        }
        index += 1;
    }
    match shape {
        Shape::Measurement => {
            assert!(times > 0, "no field has the time: mark one with #[record(time)]");
            assert!(times == 1, "a measurement has one time, and several fields have it");
            assert!(fields > 0, "a measurement needs a field: time and tags alone measure nothing");
        }
        Shape::Table(write) => {
            assert!(
                !event || keys > 0,
                "a table of events needs a key, which tells one event from another: mark a field with #[record(key)]"
            );
            let upserts = matches!(write, WriteMode::Upsert);
            assert!(
                !upserts || keys + partitions > 0,
                "an upsert needs a key: mark a field with #[record(key)]"
            );
            let replaces = matches!(write, WriteMode::Replace);
            assert!(
                replaces || partitions == 0,
                "only `write = \"replace\"` has partitions; elsewhere they are keys"
            );
        }
    }
}

const fn check_name(columns: &[Column], index: usize, shape: Shape) {
    let column = &columns[index];
    let is_reserved = matches!(shape, Shape::Measurement) && !matches!(column.role, Role::Time);
    assert!(
        !is_reserved || !matches!(compared(borrowed(&column.name), "time"), Ordering::Equal),
        "the name `time` belongs to the time of a measurement"
    );
    let mut other = 0;
    while other < index {
        assert!(
            !matches!(compared(borrowed(&column.name), borrowed(&columns[other].name)), Ordering::Equal),
            "two fields, one of them of a flattened struct, have the same name"
        );
        other += 1;
    }
}

/// A column to be overwritten.
const BLANK: Column = Column {
    name: Cow::Borrowed(""),
    role: Role::Field,
    value_type: Type::Float,
    optional: false,
    unit: None,
    valid: None,
    label: false,
    description: Cow::Borrowed(""),
};

/// Overwrites a column with a copy.
const fn put(place: &mut Column, column: &Column) {
    let unit = match &column.unit {
        Some(unit) => Some(Cow::Borrowed(borrowed(unit))),
        None => None,
    };
    let copy = Column {
        name: Cow::Borrowed(borrowed(&column.name)),
        role: column.role,
        value_type: column.value_type,
        optional: column.optional,
        unit,
        valid: column.valid,
        label: column.label,
        description: Cow::Borrowed(borrowed(&column.description)),
    };
    // The compiler cannot drop a column, and a blank one owns nothing.
    std::mem::forget(std::mem::replace(place, copy));
}

#[expect(clippy::ptr_arg, reason = "the compiler cannot call `deref`")]
const fn borrowed(text: &Cow<'static, str>) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(_) => panic!("a derived column borrows its texts"),
    }
}

const fn is_before(one: &Column, other: &Column) -> bool {
    match (one.role, other.role) {
        (Role::Tag, Role::Tag) => {
            matches!(compared(borrowed(&one.name), borrowed(&other.name)), Ordering::Less)
        }
        (one, other) => rank(one) < rank(other),
    }
}

const fn rank(role: Role) -> u8 {
    match role {
        Role::Time => 0,
        Role::Tag => 1,
        Role::Partition => 2,
        Role::Key => 3,
        Role::Field => 4,
    }
}

/// Compares byte by byte, as strings are ordered.
const fn compared(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() {
        if one[index] != other[index] {
            return if one[index] < other[index] { Ordering::Less } else { Ordering::Greater };
        }
        index += 1;
    }
    if one.len() == other.len() {
        Ordering::Equal
    } else if one.len() < other.len() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

#[cfg(test)]
mod tests;
