//! Rows of a record that no program has stored here, since it needs a device or records of others.

use std::fmt::Write as _;

use record::{Column, Role, Schema, Type};

/// The values of every tag, one for each series. Each series has `ROWS` rows.
pub(super) const SERIES: [&str; 2] = ["one", "two"];
const ROWS: i64 = 3;
/// Time of the first row, in seconds since 1970, and interval of rows.
const FIRST: i64 = 1_780_000_000;
const ROW_INTERVAL: i64 = 300;

/// The rows as line protocol, times in nanoseconds.
pub(super) fn lines(schema: &Schema) -> String {
    let mut lines = String::new();
    for (tag, second) in points() {
        let of_role = |role| schema.columns.iter().filter(move |column| column.role == role);
        let tags: Vec<_> = of_role(Role::Tag).map(|column| format!(",{}={tag}", column.name)).collect();
        let fields: Vec<_> =
            of_role(Role::Field).map(|column| format!("{}={}", column.name, field(column))).collect();
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{}{} {} {second}000000000", schema.name, tags.concat(), fields.join(","));
    }
    lines
}

/// The statements that make a table and fill it.
pub(super) fn statements(schema: &Schema) -> String {
    let columns: Vec<_> = schema
        .columns
        .iter()
        .map(|column| format!("\"{}\" {}", column.name, sql_type(column.value_type)))
        .collect();
    let mut text = format!("CREATE TABLE \"{}\" ({});\n", schema.name, columns.join(", "));
    for (tag, second) in points() {
        let values: Vec<_> = schema.columns.iter().map(|column| literal(column, tag, second)).collect();
        let _ = writeln!(text, "INSERT INTO \"{}\" VALUES ({});", schema.name, values.join(", "));
    }
    text
}

fn points() -> impl Iterator<Item = (&'static str, i64)> {
    SERIES.into_iter().flat_map(|tag| (0..ROWS).map(move |row| (tag, FIRST + row * ROW_INTERVAL)))
}

fn field(column: &Column) -> &'static str {
    match column.value_type {
        Type::Float | Type::Decimal => "1.5",
        Type::Integer => "3i",
        Type::Boolean => "true",
        Type::Timestamp => "\"2026-06-01T00:00:00Z\"",
        Type::Date => "\"2026-06-01\"",
        Type::Text => "\"text\"",
        Type::Json => "\"{}\"",
    }
}

fn sql_type(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "double precision",
        Type::Integer => "bigint",
        Type::Boolean => "boolean",
        Type::Text => "text",
        Type::Timestamp => "timestamptz",
        Type::Date => "date",
        Type::Decimal => "numeric",
        Type::Json => "jsonb",
    }
}

fn literal(column: &Column, tag: &str, second: i64) -> String {
    match (column.role, column.value_type) {
        (Role::Time, _) => format!("to_timestamp({second})"),
        (Role::Tag, _) => format!("'{tag}'"),
        (_, Type::Float | Type::Decimal) => "1.5".to_owned(),
        (_, Type::Integer) => "3".to_owned(),
        (_, Type::Boolean) => "true".to_owned(),
        (_, Type::Timestamp | Type::Date) => "'2026-06-01'".to_owned(),
        (_, Type::Text) => format!("'{tag}-{second}'"),
        (_, Type::Json) => "'{}'".to_owned(),
    }
}
