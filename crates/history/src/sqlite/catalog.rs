//! Tables of the file, from SQLite's catalog and the conventions of the sink.

use rusqlite::Connection;

use super::NAME;
use crate::row::TIME;
use crate::{Column, ColumnKind, Dataset};

/// Lists the columns of all tables, with their position in the index of the table's identity, if any.
const COLUMNS: &str = "\
    SELECT tables.name, columns.name, upper(columns.type), identity.seqno \
    FROM sqlite_schema AS tables \
    JOIN pragma_table_xinfo(tables.name) AS columns \
    LEFT JOIN pragma_index_info(tables.name || '_identity') AS identity ON identity.name = columns.name \
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tables.name <> 'platform_state' \
    ORDER BY tables.name, columns.cid";

struct CatalogColumn {
    table: String,
    column: String,
    sql_type: String,
    place: Option<i64>,
}

pub(super) fn datasets(connection: &Connection) -> rusqlite::Result<Vec<Dataset>> {
    let mut statement = connection.prepare_cached(COLUMNS)?;
    let found = statement.query_map((), |row| {
        Ok(CatalogColumn {
            table: row.get(0)?,
            column: row.get(1)?,
            sql_type: row.get(2)?,
            place: row.get(3)?,
        })
    })?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let tables = found.chunk_by(|one, other| one.table == other.table);
    Ok(tables.map(dataset).collect())
}

fn dataset(columns: &[CatalogColumn]) -> Dataset {
    let name = columns.first().map(|column| column.table.clone()).unwrap_or_default();
    let mut identity: Vec<_> = columns.iter().filter(|column| column.place.is_some()).collect();
    identity.sort_by_key(|column| column.place);
    let time = identity.first().is_some_and(|first| first.column == TIME).then(|| TIME.to_owned());
    let tags =
        identity.iter().skip(usize::from(time.is_some())).map(|column| column.column.clone()).collect();
    let fields = columns.iter().filter(|column| column.place.is_none()).map(field).collect();
    Dataset { name, store: NAME, time, tags, fields }
}

fn field(column: &CatalogColumn) -> Column {
    let kind = match column.sql_type.as_str() {
        "REAL" | "INTEGER" => ColumnKind::Number,
        _ => ColumnKind::Text,
    };
    Column { name: column.column.clone(), kind }
}
