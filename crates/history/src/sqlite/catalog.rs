//! What is in the file, as SQLite's catalog and the sink's conventions tell.

use rusqlite::{Connection, OptionalExtension as _};
use sink_sql::quoted;

use crate::{Column, Dataset, Kind};

use super::NAME;

/// A row for each column of each table: its place in the index of the table's identity, if it has one there, and
/// whether it is filled with the empty text, as a tag is.
const COLUMNS: &str = "\
    SELECT tables.name, columns.name, upper(columns.type), identity.seqno, columns.dflt_value = '''''' \
    FROM sqlite_schema AS tables \
    JOIN pragma_table_xinfo(tables.name) AS columns \
    LEFT JOIN pragma_index_info(tables.name || '_identity') AS identity ON identity.name = columns.name \
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tables.name <> 'platform_state' \
    ORDER BY tables.name, columns.cid";

/// How the sink writes a time: `2026-11-22T04:28:17.000000Z`.
const TIME: &str = "????-??-??T??:??:??.??????Z";

struct Found {
    table: String,
    column: String,
    sql_type: String,
    place: Option<i64>,
    is_filled: bool,
}

pub(super) fn datasets(connection: &Connection) -> rusqlite::Result<Vec<Dataset>> {
    let mut statement = connection.prepare_cached(COLUMNS)?;
    let found = statement.query_map((), |row| {
        Ok(Found {
            table: row.get(0)?,
            column: row.get(1)?,
            sql_type: row.get(2)?,
            place: row.get(3)?,
            is_filled: row.get::<_, Option<bool>>(4)?.unwrap_or_default(),
        })
    })?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let tables = found.chunk_by(|one, other| one.table == other.table);
    tables.map(|columns| dataset(connection, columns)).collect()
}

fn dataset(connection: &Connection, columns: &[Found]) -> rusqlite::Result<Dataset> {
    let name = columns.first().map(|column| column.table.clone()).unwrap_or_default();
    let mut identity: Vec<_> = columns.iter().filter(|column| column.place.is_some()).collect();
    identity.sort_by_key(|column| column.place);
    let time = match identity.split_first() {
        // A measurement is identified by its time and then its tags, which are empty where they are absent.
        Some((first, others)) if others.iter().all(|tag| tag.is_filled) && is_time(connection, first)? => {
            Some(first.column.clone())
        }
        _ => None,
    };
    let is_time = |column: &Found| time.as_ref() == Some(&column.column);
    let tags =
        identity.iter().filter(|column| !is_time(column)).map(|column| column.column.clone()).collect();
    let fields = columns.iter().filter(|column| column.place.is_none()).map(field).collect();
    Ok(Dataset { name, store: NAME, time, tags, fields })
}

fn field(column: &Found) -> Column {
    let kind = match column.sql_type.as_str() {
        "REAL" | "INTEGER" => Kind::Number,
        _ => Kind::Text,
    };
    Column { name: column.column.clone(), kind }
}

/// By the type of the column, and by the last of its values, since SQLite has no type for times.
fn is_time(connection: &Connection, column: &Found) -> rusqlite::Result<bool> {
    if column.is_filled || column.sql_type != "TEXT" {
        return Ok(false);
    }
    let (table, name) = (quoted(&column.table), quoted(&column.column));
    let sql = format!("SELECT {name} GLOB '{TIME}' FROM {table} ORDER BY {name} DESC LIMIT 1");
    Ok(connection.query_row(&sql, (), |row| row.get(0)).optional()?.unwrap_or_default())
}
