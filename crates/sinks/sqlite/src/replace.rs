//! The deletions of a replacing write: rows without a successor.

use std::collections::BTreeSet;

use record::Batch;
use rusqlite::{Connection, params_from_iter};
use serde_json::Value as Json;
use sink_sql::{Held, Layout, quoted, quoted_list};

use crate::value::{stored, value_of};

/// Deletes the rows that are not among `rows`: in their partitions, or in the whole table where there are none.
///
/// Rows that stay are not touched, so columns that others added to them are kept.
pub(crate) fn delete_others(
    connection: &Connection,
    layout: &Layout,
    batch: &Batch<'_>,
    rows: &[usize],
) -> rusqlite::Result<()> {
    let mut conditions = Vec::new();
    let mut parameters = Vec::new();
    let partitions: Vec<_> = layout.partitions().collect();
    let identity: Vec<_> = layout.identity().collect();
    for (columns, is_in) in [(partitions, "IN"), (identity, "NOT IN")] {
        if !columns.is_empty() {
            parameters.push(values(layout, batch, rows, &columns));
            conditions.push(among(&columns, is_in, parameters.len()));
        }
    }
    let only =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let statement = format!("DELETE FROM {}{only}", quoted(&layout.table));
    connection.execute(&statement, params_from_iter(parameters)).map(drop)
}

/// The rows go as one JSON text, since a statement takes a limited number of parameters.
fn among(columns: &[&Held], is_in: &str, parameter: usize) -> String {
    let names = quoted_list(columns.iter().map(|column| column.name.as_str()));
    let values: Vec<_> =
        (0..columns.len()).map(|index| format!("json_extract(value, '$[{index}]')")).collect();
    format!("({names}) {is_in} (SELECT {} FROM json_each(?{parameter}))", values.join(", "))
}

fn values(layout: &Layout, batch: &Batch<'_>, rows: &[usize], columns: &[&Held]) -> String {
    let row = |row: &usize| {
        let value = |column: &&Held| Json::from(stored(column, value_of(layout, batch, *row, &column.name)));
        Json::Array(columns.iter().map(value).collect()).to_string()
    };
    let distinct: BTreeSet<String> = rows.iter().map(row).collect();
    format!("[{}]", distinct.into_iter().collect::<Vec<_>>().join(","))
}
