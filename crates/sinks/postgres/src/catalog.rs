//! A table as PostgreSQL's catalog describes it.

use postgres_client::{Client, Error};
use sink_sql::{Mismatch, Table, TableColumn, UniqueIndex, quoted};
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;

/// A table's columns, one a row.
const COLUMNS: &str = "\
    SELECT attribute.attname::text, format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull, \
           attribute.atthasdef OR attribute.attidentity <> '', relation.relkind IN ('r', 'p') \
    FROM pg_attribute AS attribute JOIN pg_class AS relation ON relation.oid = attribute.attrelid \
    WHERE attribute.attrelid = to_regclass($1) AND attribute.attnum > 0 AND NOT attribute.attisdropped \
    ORDER BY attribute.attnum";

/// The indexes an upsert may rest on, with their columns, without those they only carry along.
const INDEXES: &str = "\
    SELECT relation.relname::text, array_agg(attribute.attname::text ORDER BY key.position) \
    FROM pg_index AS index \
    JOIN pg_class AS relation ON relation.oid = index.indexrelid \
    CROSS JOIN LATERAL unnest(index.indkey) WITH ORDINALITY AS key (attnum, position) \
    JOIN pg_attribute AS attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = key.attnum \
    WHERE index.indrelid = to_regclass($1) AND index.indisunique AND index.indisvalid AND index.indimmediate \
      AND index.indpred IS NULL AND index.indexprs IS NULL AND key.position <= index.indnkeyatts \
    GROUP BY relation.relname";

/// The table of that name that the search path leads to, if there is one. Takes one round trip.
pub(crate) async fn table(client: &Client, name: &str) -> Result<Option<Table>, Failure> {
    let quoted = quoted(name);
    let parameters: [(&(dyn ToSql + Sync), Type); 1] = [(&quoted, Type::TEXT)];
    let (columns, indexes) = tokio::join!(biased; client.query_typed(COLUMNS, &parameters), client.query_typed(INDEXES, &parameters));
    let mut table = Table::default();
    for row in columns.map_err(Error::from)? {
        let get = |index| row.try_get::<_, bool>(index).map_err(Error::from);
        if !get(4)? {
            return Err(Mismatch::NotATable { table: name.to_owned() }.into());
        }
        table.columns.push(TableColumn {
            name: row.try_get(0).map_err(Error::from)?,
            sql_type: row.try_get(1).map_err(Error::from)?,
            is_required: get(2)?,
            has_default: get(3)?,
        });
    }
    for row in indexes.map_err(Error::from)? {
        let (name, columns) = (row.try_get(0).map_err(Error::from)?, row.try_get(1).map_err(Error::from)?);
        table.unique.push(UniqueIndex { name, columns });
    }
    Ok((!table.columns.is_empty()).then_some(table))
}
