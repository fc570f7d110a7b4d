//! A table as SQLite's catalog describes it.

use record::Schema;
use rusqlite::Connection;
use sink_sql::{Mismatch, Table, TableColumn, UniqueIndex};

use crate::failure::Failure;

const KIND: &str =
    "SELECT type FROM main.sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')";

/// The rowid goes by the name of such a column, and SQLite fills it.
const COLUMNS: &str = "SELECT name, type, \"notnull\", dflt_value IS NOT NULL OR hidden <> 0 OR upper(type) = 'INTEGER' \
    AND pk = 1 FROM pragma_table_xinfo(?1)";

/// Without an index of its own: the key that is the rowid.
const PRIMARY_KEY: &str = "SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0 ORDER BY pk";

/// A row for each column of each index over all rows. The name is `NULL` for an expression.
const INDEXES: &str = "SELECT list.name, info.name FROM pragma_index_list(?1) AS list, pragma_index_info(list.name) AS info \
    WHERE list.\"unique\" AND NOT list.partial ORDER BY list.seq, info.seqno";

/// The table of the schema's name, if there is one.
///
/// SQLite takes two spellings of a name for one. If the table spells a column in another way, the schema's
/// spelling is returned.
pub(crate) fn table(connection: &Connection, schema: &Schema) -> Result<Option<Table>, Failure> {
    let name = schema.name.as_ref();
    let kinds: Vec<String> =
        connection.prepare(KIND)?.query_map([name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    match kinds.first().map(String::as_str) {
        None => return Ok(None),
        Some("table") => {}
        Some(_) => return Err(Mismatch::NotATable { table: name.to_owned() }.into()),
    }
    let columns = connection
        .prepare(COLUMNS)?
        .query_map([name], |row| {
            Ok(TableColumn {
                name: spelled(schema, row.get(0)?),
                sql_type: row.get(1)?,
                is_required: row.get(2)?,
                has_default: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut unique = indexes(connection, schema)?;
    unique.push(primary_key(connection, schema)?);
    Ok(Some(Table { columns, unique }))
}

fn primary_key(connection: &Connection, schema: &Schema) -> Result<UniqueIndex, Failure> {
    let mut statement = connection.prepare(PRIMARY_KEY)?;
    let names = statement.query_map([schema.name.as_ref()], |row| row.get(0))?;
    let columns = names.map(|name| Ok(spelled(schema, name?))).collect::<rusqlite::Result<_>>()?;
    Ok(UniqueIndex { name: String::new(), columns })
}

fn indexes(connection: &Connection, schema: &Schema) -> Result<Vec<UniqueIndex>, Failure> {
    let mut statement = connection.prepare(INDEXES)?;
    let mut rows = statement.query([schema.name.as_ref()])?;
    let mut indexes: Vec<UniqueIndex> = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        // A column that cannot have this name keeps the index from being taken for one over the others.
        let column =
            row.get::<_, Option<String>>(1)?.map_or_else(String::new, |column| spelled(schema, column));
        match indexes.last_mut().filter(|index| index.name == name) {
            Some(index) => index.columns.push(column),
            None => indexes.push(UniqueIndex { name, columns: vec![column] }),
        }
    }
    Ok(indexes)
}

fn spelled(schema: &Schema, name: String) -> String {
    let own = schema.columns.iter().find(|column| column.name.eq_ignore_ascii_case(&name));
    own.map_or(name, |column| column.name.to_string())
}
