//! The statements of a write. The rows travel as one array per column.

use record::Type;
use sink_sql::{Held, Layout, Write, literal, quoted, quoted_list};

use crate::dialect::column_type;

pub(crate) const COMMIT: &str = "COMMIT";

/// Begins a transaction. Its settings end with it, so that they do not stay with a pooled connection.
///
/// A database may be set to write floats as text with 15 digits; more than zero means as many as they need.
pub(crate) const BEGIN: &str = "BEGIN; SET LOCAL statement_timeout = '60s'; SET LOCAL extra_float_digits = 3";

/// The statement that begins a write, and the one that deletes rows first, if any.
///
/// Two replacing writes that overlap would each keep the rows of the other one.
pub(crate) fn beginning(layout: &Layout) -> (String, Option<String>) {
    match layout.write {
        Write::Replace => (begin_alone(&layout.table), Some(delete_others(layout))),
        Write::Append | Write::Upsert => (BEGIN.to_owned(), None),
    }
}

/// Begins a transaction that no other one on this table, begun the same way, overlaps.
///
/// The lock is not on the table: readers and updates go on.
pub(crate) fn begin_alone(table: &str) -> String {
    let key = literal(&format!("{}.{table}", env!("CARGO_PKG_NAME")));
    format!("{BEGIN}; SELECT pg_advisory_xact_lock(hashtextextended({key}, 0))")
}

/// Keeps others from reading and writing a table, as the changes to its columns do that follow.
pub(crate) fn lock(table: &str) -> String {
    format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", quoted(table))
}

/// The upsert or insert of all rows.
pub(crate) fn insert(layout: &Layout) -> String {
    let values =
        layout.columns.iter().map(converted).chain(layout.absent_tags.iter().map(|_| "''".to_owned()));
    layout.insert(&format!("SELECT {} FROM {}", values.collect::<Vec<_>>().join(", "), rows(layout)))
}

/// The delete of all rows that a replacing write does not name: in its partitions, or in the whole table.
///
/// Rows that stay are not touched, so columns that others added to them are kept.
pub(crate) fn delete_others(layout: &Layout) -> String {
    let partitions: Vec<_> = layout.partitions().collect();
    let identity: Vec<_> = layout.identity().collect();
    let mut conditions = Vec::new();
    for (columns, exists) in [(partitions, "EXISTS"), (identity, "NOT EXISTS")] {
        if !columns.is_empty() {
            let is_same =
                |column: &&Held| format!("\"existing\".{} = {}", quoted(&column.name), converted(column));
            let same: Vec<_> = columns.iter().map(is_same).collect();
            conditions.push(format!("{exists} (SELECT FROM {} WHERE {})", rows(layout), same.join(" AND ")));
        }
    }
    // Every parameter has to be used, or the server cannot infer its type.
    let all = if conditions.is_empty() {
        format!("EXISTS (SELECT FROM {})", rows(layout))
    } else {
        conditions.join(" AND ")
    };
    format!("DELETE FROM {} AS \"existing\" WHERE {all}", quoted(&layout.table))
}

fn rows(layout: &Layout) -> String {
    let array =
        |(index, column): (usize, &Held)| format!("${}::{}[]", index + 1, column_type(column.value_type));
    let arrays: Vec<_> = layout.columns.iter().enumerate().map(array).collect();
    let names = quoted_list(layout.columns.iter().map(|column| column.name.as_str()));
    format!("UNNEST({}) AS \"new\" ({names})", arrays.join(", "))
}

/// A value as its column holds it. No type has a limit here, since a cast to one with a limit cuts or rounds silently.
fn converted(column: &Held) -> String {
    let value = format!("\"new\".{}", quoted(&column.name));
    match (column.value_type, column.sql_type.as_str()) {
        // The time zone of the connection would be taken otherwise.
        (Type::Timestamp, "timestamp without time zone") => format!("{value} AT TIME ZONE 'UTC'"),
        // Straight, only 15 digits would be kept.
        (Type::Float, "numeric") => format!("{value}::text::numeric"),
        (value_type, sql_type) if sql_type != column_type(value_type) => format!("{value}::{sql_type}"),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use record::Role;

    use super::*;

    fn held(name: &str, role: Role, value_type: Type, sql_type: &str) -> Held {
        Held { name: name.to_owned(), role, value_type, sql_type: sql_type.to_owned() }
    }

    #[test]
    fn a_batch_is_one_statement_with_any_columns() {
        let layout = Layout {
            table: "weather".to_owned(),
            columns: vec![
                held("time", Role::Time, Type::Timestamp, "timestamp without time zone"),
                held("temp", Role::Field, Type::Float, "numeric"),
            ],
            identity: vec!["time".to_owned(), "city".to_owned()],
            absent_tags: vec!["city".to_owned()],
            write: Write::Upsert,
        };
        let statement = insert(&layout);
        assert!(statement.starts_with(
            "INSERT INTO \"weather\" AS \"existing\" (\"time\", \"temp\", \"city\") \
             SELECT \"new\".\"time\" AT TIME ZONE 'UTC', \"new\".\"temp\"::text::numeric, '' \
             FROM UNNEST($1::timestamp with time zone[], $2::double precision[]) AS \"new\" (\"time\", \"temp\") \
             ON CONFLICT (\"time\", \"city\") DO UPDATE"
        ), "{statement}");
    }

    #[test]
    fn the_lock_of_a_table_is_text_of_its_name() {
        assert!(begin_alone("it's").contains("(E'sink-postgres.it''s', 0)"));
    }
}
