//! PostgreSQL.

mod statements;

use std::time::Duration;

use jiff::Timestamp;
use postgres_client::{Client, Config, Connector, within};
use rustls::ClientConfig;
use tokio_postgres::Row as Answer;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::row::TIME;
use crate::run::split;
use crate::series::SeriesBuilder;
use statements::{COLUMNS, HAS_INSTANCE, LAST_RUNS, PIPELINES, STATE, latest, series};

use crate::{Column, ColumnKind, Dataset, Error, Point, Query, Row, RunReport, Series, StateEntry};

pub(crate) const NAME: &str = "postgres";

/// Time limit of a query.
const TIMEOUT: Duration = Duration::from_secs(30);

const UNDEFINED_TABLE: &str = "42P01";

/// The tables of one schema of a database.
#[derive(Debug)]
pub(crate) struct Postgres {
    connector: Connector,
}

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

struct CatalogColumn {
    table: String,
    column: String,
    sql_type: String,
    place: Option<i64>,
}

impl Postgres {
    pub(crate) fn new(config: Config, tls: ClientConfig) -> Self {
        Self { connector: Connector::new(config, tls) }
    }

    pub(crate) async fn pipelines(&self, since: Timestamp, runs: usize) -> Result<Vec<RunReport>, Error> {
        let limit = count(runs);
        let sql = self.of_copies(PIPELINES).await?;
        let rows = self.rows(&sql, &[(&since, Type::TIMESTAMPTZ), (&limit, Type::INT8)]).await?;
        Ok(rows.iter().filter_map(RunReport::from_row).collect())
    }

    pub(crate) async fn runs(
        &self,
        pipeline: &str,
        status: Option<&'static str>,
        limit: usize,
    ) -> Result<Vec<RunReport>, Error> {
        let (status, limit) = (status.unwrap_or_default(), count(limit));
        let (program, instance) = split(pipeline);
        let parameters: [Parameter<'_>; 4] =
            [(&program, Type::TEXT), (&status, Type::TEXT), (&limit, Type::INT8), (&instance, Type::TEXT)];
        let sql = self.of_copies(LAST_RUNS).await?;
        let rows = self.rows(&sql, &parameters).await?;
        Ok(rows.iter().filter_map(RunReport::from_row).collect())
    }

    pub(crate) async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        let found = |row: &Answer| {
            Ok(CatalogColumn {
                table: get(row, 0)?,
                column: get(row, 1)?,
                sql_type: get(row, 2)?,
                place: get(row, 3)?,
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
        let mut builder = SeriesBuilder::default();
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
                    builder.add(field, &tags, Point { time, mean, min, max, count });
                }
            }
        }
        Ok(builder.build(&query.fields, &dataset.tags))
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

    pub(crate) async fn state(&self, prefix: &str) -> Result<Vec<StateEntry>, Error> {
        let entry = |row: &Answer| {
            Ok(StateEntry {
                program: get(row, 0)?,
                key: get(row, 1)?,
                value: get(row, 2)?,
                updated_at: get(row, 3)?,
            })
        };
        self.query(STATE, &[(&prefix, Type::TEXT)]).await?.iter().map(entry).collect()
    }

    /// The statement with the column of the copy, or without where reports have none.
    async fn of_copies(&self, sql: &str) -> Result<String, Error> {
        let answer = self.query(HAS_INSTANCE, &[]).await?;
        let has_instance: bool = answer.first().map_or(Ok(false), |row| get(row, 0))?;
        Ok(sql.replace("INSTANCE", if has_instance { "instance" } else { "''::text" }))
    }

    /// Runs a query whose only column is a row as JSON.
    async fn rows(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Error> {
        let row = |answer: &Answer| {
            let text: String = get(answer, 0)?;
            let mut row: Row = serde_json::from_str(&text).unwrap_or_default();
            row.retain(|column, value| !value.is_null() && column != "the place");
            Ok(row)
        };
        self.query(sql, parameters).await?.iter().map(row).collect()
    }

    /// Runs a query. A missing table has no rows.
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
        "double precision" | "real" | "bigint" | "integer" | "smallint" | "numeric" => ColumnKind::Number,
        "boolean" => ColumnKind::Boolean,
        _ => ColumnKind::Text,
    };
    Column { name: column.column.clone(), kind }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
