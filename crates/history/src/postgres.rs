//! PostgreSQL.

use std::time::Duration;

use jiff::Timestamp;
use postgres_client::{Client, Config, Connector, within};
use rustls::ClientConfig;
use sink_sql::{quoted, quoted_list};
use tokio_postgres::Row as Answer;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::series::Collected;
use crate::{Column, Dataset, Error, Kept, Kind, Point, Query, Row, RunReport, Series};

pub(crate) const NAME: &str = "postgres";

/// How long one query may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Which rows the newest ones of each series are looked for among.
const NEWEST: usize = 5_000;

const UNDEFINED_TABLE: &str = "42P01";

const PIPELINES: &str = "\
    SELECT row_to_json(ranked)::text FROM ( \
        SELECT *, row_number() OVER (PARTITION BY pipeline ORDER BY started DESC) AS \"the place\" \
        FROM pipeline_runs WHERE started >= $1) AS ranked \
    WHERE \"the place\" <= $2";

const LAST_RUNS: &str = "\
    SELECT row_to_json(run)::text FROM pipeline_runs AS run WHERE pipeline = $1 AND ($2 = '' OR status = $2) \
    ORDER BY started DESC LIMIT $3";

const KEPT: &str = "\
    SELECT program, key, value, updated_at FROM platform_state WHERE starts_with(key, $1) ORDER BY program, key";

/// A row for each column of each table of the schema: its place in the index of the table's identity, if it has one
/// there, and whether the store fills it, as it does a tag.
const COLUMNS: &str = "\
    SELECT relation.relname::text, attribute.attname::text, attribute.atttypid::regtype::text, key.position, \
           attribute.atthasdef \
    FROM pg_class AS relation \
    JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid \
    LEFT JOIN pg_index AS index ON index.indrelid = relation.oid \
         AND index.indexrelid = to_regclass(quote_ident(relation.relname || '_identity')) \
    LEFT JOIN LATERAL unnest(index.indkey) WITH ORDINALITY AS key (attnum, position) \
         ON key.attnum = attribute.attnum \
    WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relkind IN ('r', 'p') \
      AND relation.relname <> 'platform_state' AND attribute.attnum > 0 AND NOT attribute.attisdropped \
    ORDER BY relation.relname, attribute.attnum";

/// The tables of one schema of a database.
#[derive(Debug)]
pub(crate) struct Postgres {
    connector: Connector,
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

struct Found {
    table: String,
    column: String,
    sql_type: String,
    place: Option<i64>,
    is_filled: bool,
}

impl Postgres {
    pub(crate) fn new(config: Config, tls: ClientConfig) -> Self {
        Self { connector: Connector::new(config, tls) }
    }

    pub(crate) async fn pipelines(&self, since: Timestamp, runs: usize) -> Result<Vec<RunReport>, Error> {
        let limit = count(runs);
        let rows = self.rows(PIPELINES, &[(&since, Type::TIMESTAMPTZ), (&limit, Type::INT8)]).await?;
        Ok(rows.iter().filter_map(RunReport::from_row).collect())
    }

    pub(crate) async fn runs(
        &self,
        pipeline: &str,
        status: Option<&'static str>,
        limit: usize,
    ) -> Result<Vec<RunReport>, Error> {
        let (status, limit) = (status.unwrap_or_default(), count(limit));
        let parameters: [Parameter<'_>; 3] =
            [(&pipeline, Type::TEXT), (&status, Type::TEXT), (&limit, Type::INT8)];
        let rows = self.rows(LAST_RUNS, &parameters).await?;
        Ok(rows.iter().filter_map(RunReport::from_row).collect())
    }

    pub(crate) async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        let found = |row: &Answer| {
            Ok(Found {
                table: get(row, 0)?,
                column: get(row, 1)?,
                sql_type: get(row, 2)?,
                place: get(row, 3)?,
                is_filled: get(row, 4)?,
            })
        };
        let columns = self.query(COLUMNS, &[]).await?.iter().map(found).collect::<Result<Vec<_>, Error>>()?;
        Ok(columns.chunk_by(|one, other| one.table == other.table).map(dataset).collect())
    }

    pub(crate) async fn series(&self, dataset: &Dataset, query: &Query) -> Result<Vec<Series>, Error> {
        let sql = series(dataset, query);
        let mut parameters: Vec<Parameter<'_>> =
            vec![(&query.since, Type::TIMESTAMPTZ), (&query.until, Type::TIMESTAMPTZ)];
        parameters.extend(query.tags.values().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)));
        let mut collected = Collected::default();
        for row in self.query(&sql, &parameters).await? {
            let time: Timestamp = get(&row, 0)?;
            let tags =
                (0..dataset.tags.len()).map(|tag| get(&row, 1 + tag)).collect::<Result<Vec<_>, _>>()?;
            for field in 0..query.fields.len() {
                let first = 1 + dataset.tags.len() + 4 * field;
                let number = |column| get::<Option<f64>>(&row, first + column);
                if let (count, Some(min), Some(max), Some(mean)) =
                    (get(&row, first)?, number(1)?, number(2)?, number(3)?)
                {
                    collected.add(field, &tags, Point { time, mean, min, max, count });
                }
            }
        }
        Ok(collected.named(&query.fields, &dataset.tags))
    }

    pub(crate) async fn latest(
        &self,
        dataset: &Dataset,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let limit = count(limit);
        let sql = latest(dataset);
        if dataset.is_measurement() {
            return self.rows(&sql, &[(&limit, Type::INT8), (&until, Type::TIMESTAMPTZ)]).await;
        }
        self.rows(&sql, &[(&limit, Type::INT8)]).await
    }

    pub(crate) async fn kept(&self, prefix: &str) -> Result<Vec<Kept>, Error> {
        let kept = |row: &Answer| {
            Ok(Kept {
                program: get(row, 0)?,
                key: get(row, 1)?,
                value: get(row, 2)?,
                updated_at: get(row, 3)?,
            })
        };
        self.query(KEPT, &[(&prefix, Type::TEXT)]).await?.iter().map(kept).collect()
    }

    /// Rows whose one column is a row as JSON.
    async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Error> {
        let row = |answer: &Answer| {
            let text: String = get(answer, 0)?;
            let mut row: Row = serde_json::from_str(&text).unwrap_or_default();
            row.retain(|column, value| !value.is_null() && column != "the place");
            Ok(row)
        };
        self.query(sql, parameters).await?.iter().map(row).collect()
    }

    /// Asks the database. A table that is not there has no rows.
    async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Answer>, Error> {
        let client: Client = self.connector.client().await?;
        let answer = within(TIMEOUT, async {
            client.query_typed(sql, parameters).await.map_err(postgres_client::Error::from)
        });
        let rows = match answer.await {
            Err(error) if error.code() == Some(UNDEFINED_TABLE) => Vec::new(),
            answer => answer?,
        };
        self.connector.put_back(client);
        Ok(rows)
    }
}

fn get<'a, T: FromSql<'a>>(row: &'a Answer, index: usize) -> Result<T, Error> {
    Ok(row.try_get(index).map_err(postgres_client::Error::from)?)
}

fn dataset(columns: &[Found]) -> Dataset {
    let name = columns.first().map(|column| column.table.clone()).unwrap_or_default();
    let mut identity: Vec<_> = columns.iter().filter(|column| column.place.is_some()).collect();
    identity.sort_by_key(|column| column.place);
    // A measurement is identified by its time and then its tags, which are empty where they are absent.
    let time = identity.split_first().filter(|(first, tags)| {
        first.sql_type.starts_with("timestamp") && tags.iter().all(|tag| tag.is_filled)
    });
    let time = time.map(|(first, _)| first.column.clone());
    let is_time = |column: &Found| time.as_ref() == Some(&column.column);
    let tags =
        identity.iter().filter(|column| !is_time(column)).map(|column| column.column.clone()).collect();
    let fields = columns.iter().filter(|column| column.place.is_none()).map(field).collect();
    Dataset { name, store: NAME, time, tags, fields }
}

fn field(column: &Found) -> Column {
    let kind = match column.sql_type.as_str() {
        "double precision" | "real" | "bigint" | "integer" | "smallint" | "numeric" => Kind::Number,
        "boolean" => Kind::Boolean,
        _ => Kind::Text,
    };
    Column { name: column.column.clone(), kind }
}

/// Readings added up by the database: for each bucket of time and each series, the first time, and of each field the
/// count, the least, the greatest and the mean.
fn series(dataset: &Dataset, query: &Query) -> String {
    let time = dataset.time.as_deref().map(quoted).unwrap_or_default();
    let tags: Vec<_> = dataset.tags.iter().map(|tag| quoted(tag)).collect();
    let sums = query.fields.iter().map(|name| {
        let is_boolean = dataset.field(name).is_some_and(|field| field.kind == Kind::Boolean);
        let value = quoted(name) + if is_boolean { "::integer" } else { "" };
        format!("count({value}), min({value})::float8, max({value})::float8, avg({value})::float8")
    });
    let columns: Vec<_> =
        [format!("min({time})::timestamptz")].into_iter().chain(tags.iter().cloned()).chain(sums).collect();
    let filters =
        query.tags.keys().enumerate().map(|(place, tag)| format!(" AND {} = ${}", quoted(tag), place + 3));
    let bucket = format!(
        "date_bin(interval '{} seconds', {time}::timestamptz, timestamptz 'epoch')",
        query.width().as_secs()
    );
    let groups: Vec<_> = [bucket.clone()].into_iter().chain(tags).collect();
    format!(
        "SELECT {} FROM {} WHERE {time} >= $1 AND {time} < $2{} GROUP BY {} ORDER BY {bucket}",
        columns.join(", "),
        quoted(&dataset.name),
        filters.collect::<String>(),
        groups.join(", "),
    )
}

fn latest(dataset: &Dataset) -> String {
    let table = quoted(&dataset.name);
    let tags = quoted_list(dataset.tags.iter().map(String::as_str));
    let Some(time) = dataset.time.as_deref().map(quoted) else {
        let order = if tags.is_empty() { "ctid" } else { &tags };
        return format!(
            "SELECT row_to_json(t)::text FROM (SELECT * FROM {table} ORDER BY {order} LIMIT $1) AS t"
        );
    };
    let (distinct, order) = match dataset.tags.len() {
        0 => ("LIMIT 1".to_owned(), String::new()),
        _ => (String::new(), format!("DISTINCT ON ({tags})")),
    };
    let sort = if tags.is_empty() { format!("{time} DESC") } else { format!("{tags}, {time} DESC") };
    format!(
        "SELECT row_to_json(t)::text FROM (\
            SELECT {order} * FROM (SELECT * FROM {table} WHERE {time} <= $2 ORDER BY {time} DESC LIMIT {NEWEST}) AS newest \
            ORDER BY {sort} {distinct}) AS t ORDER BY {time} DESC LIMIT $1"
    )
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
