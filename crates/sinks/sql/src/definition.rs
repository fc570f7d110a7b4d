//! The statements that make and widen a table.

use record::{Column, Role, Schema};

use crate::name::identity_index;
use crate::{Dialect, LARGEST_EXACT, literal, quoted, quoted_list};

pub(crate) fn create_table(schema: &Schema, dialect: &Dialect) -> String {
    let columns: Vec<_> = schema.columns.iter().map(|column| column_definition(column, dialect)).collect();
    format!("CREATE TABLE {} ({})", quoted(&schema.name), columns.join(", "))
}

pub(crate) fn add_column(table: &str, column: &Column, dialect: &Dialect) -> String {
    format!("ALTER TABLE {} ADD COLUMN {}", quoted(table), column_definition(column, dialect))
}

/// A statement that changes a column: `SET NOT NULL`, `TYPE bigint`.
pub(crate) fn alter_column(table: &str, column: &str, change: &str) -> String {
    format!("ALTER TABLE {} ALTER COLUMN {} {change}", quoted(table), quoted(column))
}

/// Whether a column holds integers that a binary floating point number would round.
pub(crate) fn has_inexact(table: &str, column: &str) -> String {
    let (table, column, most) = (quoted(table), quoted(column), LARGEST_EXACT);
    format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} NOT BETWEEN -{most} AND {most})")
}

/// A tag that was not one before: absent values become the empty text.
pub(crate) fn fill_tag(table: &str, column: &str) -> String {
    let column = quoted(column);
    format!("UPDATE {} SET {column} = '' WHERE {column} IS NULL", quoted(table))
}

pub(crate) fn create_identity(table: &str, columns: &[String]) -> String {
    let columns = quoted_list(columns.iter().map(String::as_str));
    format!("CREATE UNIQUE INDEX {} ON {} ({columns})", quoted(&identity_index(table)), quoted(table))
}

pub(crate) fn drop_identity(table: &str) -> String {
    format!("DROP INDEX {}", quoted(&identity_index(table)))
}

pub(crate) fn describe_table(schema: &Schema) -> Option<String> {
    let table = quoted(&schema.name);
    (!schema.description.is_empty())
        .then(|| format!("COMMENT ON TABLE {table} IS {}", literal(&schema.description)))
}

pub(crate) fn describe_column(table: &str, column: &Column) -> Option<String> {
    let text = match (column.description.trim(), column.unit.as_deref()) {
        ("", None) => return None,
        ("", Some(unit)) => format!("Unit: {unit}"),
        (description, None) => description.to_owned(),
        (description, Some(unit)) => format!("{description} Unit: {unit}"),
    };
    Some(format!("COMMENT ON COLUMN {}.{} IS {}", quoted(table), quoted(&column.name), literal(&text)))
}

fn column_definition(column: &Column, dialect: &Dialect) -> String {
    let constraint = match column.role {
        Role::Tag => " DEFAULT '' NOT NULL",
        Role::Time | Role::Partition | Role::Key => " NOT NULL",
        // A field may be removed by a later version of the program.
        Role::Field => "",
    };
    format!("{} {}{constraint}", quoted(&column.name), (dialect.column_type)(column.value_type))
}
