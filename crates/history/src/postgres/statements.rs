//! SQL statements.

use sink_sql::{quoted, quoted_list};

use crate::{ColumnKind, Dataset, Query};

/// Number of newest rows that are searched for the newest row of each series.
const NEWEST: usize = 5_000;

/// Whether run reports have copies, which those of older versions have not.
pub(super) const HAS_INSTANCE: &str = "\
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('pipeline_runs') \
                   AND attname = 'instance' AND NOT attisdropped)";

/// Newest runs of each program and copy. `INSTANCE` is the column of the copy.
pub(super) const PIPELINES: &str = "\
    SELECT row_to_json(ranked)::text FROM ( \
        SELECT *, row_number() OVER (PARTITION BY pipeline, INSTANCE ORDER BY time DESC) AS \"the place\" \
        FROM pipeline_runs WHERE time >= $1) AS ranked \
    WHERE \"the place\" <= $2";

pub(super) const LAST_RUNS: &str = "\
    SELECT row_to_json(run)::text FROM pipeline_runs AS run \
    WHERE pipeline = $1 AND INSTANCE = $4 AND ($2 = '' OR status = $2) ORDER BY time DESC LIMIT $3";

pub(super) const STATE: &str = "\
    SELECT program, key, value, updated_at FROM platform_state WHERE starts_with(key, $1) ORDER BY program, key";

/// Lists the columns of all tables, with their position in the index of the table's identity, if any.
pub(super) const COLUMNS: &str = "\
    SELECT relation.relname::text, attribute.attname::text, attribute.atttypid::regtype::text, key.position \
    FROM pg_class AS relation \
    JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid \
    LEFT JOIN pg_index AS index ON index.indrelid = relation.oid \
         AND index.indexrelid = to_regclass(quote_ident(relation.relname || '_identity')) \
    LEFT JOIN LATERAL unnest(index.indkey) WITH ORDINALITY AS key (attnum, position) \
         ON key.attnum = attribute.attnum \
    WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relkind IN ('r', 'p') \
      AND relation.relname <> 'platform_state' AND attribute.attnum > 0 AND NOT attribute.attisdropped \
    ORDER BY relation.relname, attribute.attnum";

/// Query that aggregates readings: for each bucket and series, the first time, and count, minimum, maximum and mean of
/// each field.
pub(super) fn series(dataset: &Dataset, query: &Query) -> String {
    let time = dataset.time.as_deref().map(quoted).unwrap_or_default();
    let tags: Vec<_> = dataset.tags.iter().map(|tag| quoted(tag)).collect();
    let sums = query.fields.iter().map(|name| {
        let is_boolean = dataset.field(name).is_some_and(|field| field.kind == ColumnKind::Boolean);
        let value = quoted(name) + if is_boolean { "::integer" } else { "" };
        format!("count({value}), min({value})::float8, max({value})::float8, avg({value})::float8")
    });
    let columns: Vec<_> =
        [format!("min({time})::timestamptz")].into_iter().chain(tags.iter().cloned()).chain(sums).collect();
    // The first two parameters are the time range.
    let filters = query.tags.keys().zip(3..).map(|(tag, place)| format!(" AND {} = ${place}", quoted(tag)));
    let width = query.width().as_secs();
    let bucket = format!("date_bin(interval '{width} seconds', {time}::timestamptz, timestamptz 'epoch')");
    let groups: Vec<_> = [bucket.clone()].into_iter().chain(tags).collect();
    format!(
        "SELECT {} FROM {} WHERE {time} >= $1 AND {time} < $2{} GROUP BY {} ORDER BY {bucket}",
        columns.join(", "),
        quoted(&dataset.name),
        filters.collect::<String>(),
        groups.join(", "),
    )
}

/// Query for the newest row of each series, or the first rows of a table.
pub(super) fn latest(dataset: &Dataset) -> String {
    let table = quoted(&dataset.name);
    let tags = quoted_list(dataset.tags.iter().map(String::as_str));
    let Some(time) = dataset.time.as_deref().map(quoted) else {
        let order = if tags.is_empty() { "ctid" } else { &tags };
        return format!(
            "SELECT row_to_json(t)::text FROM (SELECT * FROM {table} ORDER BY {order} LIMIT $1) AS t"
        );
    };
    let newest = format!("SELECT * FROM {table} WHERE {time} <= $2 ORDER BY {time} DESC");
    let of_each = match dataset.tags.len() {
        0 => format!("{newest} LIMIT 1"),
        _ => format!(
            "SELECT DISTINCT ON ({tags}) * FROM ({newest} LIMIT {NEWEST}) AS newest ORDER BY {tags}, {time} DESC"
        ),
    };
    format!("SELECT row_to_json(t)::text FROM ({of_each}) AS t ORDER BY {time} DESC LIMIT $1")
}
