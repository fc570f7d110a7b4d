//! The embedded store.

mod catalog;
mod open;
mod series;

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use serde_json::Value;
use sink_sql::{quoted, quoted_list};

use crate::row::{time, time_text};
use crate::run::{RUNS, split};
use crate::{Dataset, Error, Query, Row, RunReport, Series, StateEntry};

pub(crate) const NAME: &str = "sqlite";

/// Number of newest rows that are searched for the newest row of each series.
const NEWEST: usize = 5_000;

/// Newest runs of each program and copy. `INSTANCE` is the column of the copy.
const PIPELINES: &str = "\
    SELECT * FROM pipeline_runs WHERE rowid IN ( \
        SELECT id FROM (SELECT rowid AS id, \
                               row_number() OVER (PARTITION BY pipeline, INSTANCE ORDER BY time DESC) AS place \
                        FROM pipeline_runs WHERE time >= ?1) \
        WHERE place <= ?2)";

const LAST_RUNS: &str = "\
    SELECT * FROM pipeline_runs WHERE pipeline = ?1 AND INSTANCE = ?2 AND (?3 IS NULL OR status = ?3) \
    ORDER BY time DESC LIMIT ?4";

const STATE: &str = "\
    SELECT program, key, value, updated_at FROM platform_state WHERE substr(key, 1, length(?1)) = ?1 \
    ORDER BY program, key";

/// The file of the embedded store.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Open connection; absent before the first use and after an error.
    idle: RefCell<Option<Connection>>,
}

impl Sqlite {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: RefCell::new(None) }
    }

    pub(crate) async fn pipelines(&self, since: Timestamp, runs: usize) -> Result<Vec<RunReport>, Error> {
        let since = time_text(since);
        self.read(move |connection| reports(connection, PIPELINES, &[&since, &count(runs)])).await
    }

    pub(crate) async fn runs(
        &self,
        pipeline: &str,
        status: Option<&'static str>,
        limit: usize,
    ) -> Result<Vec<RunReport>, Error> {
        let (program, instance) = split(pipeline);
        let (program, instance) = (program.to_owned(), instance.to_owned());
        self.read(move |connection| {
            reports(connection, LAST_RUNS, &[&program, &instance, &status, &count(limit)])
        })
        .await
    }

    pub(crate) async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        self.read(catalog::datasets).await
    }

    pub(crate) async fn series(&self, dataset: &Dataset, query: &Query) -> Result<Vec<Series>, Error> {
        let (dataset, query) = (dataset.clone(), query.clone());
        self.read(move |connection| series::read(connection, &dataset, &query)).await
    }

    pub(crate) async fn latest(
        &self,
        dataset: &Dataset,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Row>, Error> {
        let (sql, until, limit) = (latest(dataset), time_text(until), count(limit));
        let is_measurement = dataset.is_measurement();
        self.read(move |connection| {
            if is_measurement {
                return rows(connection, &sql, &[&limit, &until]);
            }
            rows(connection, &sql, &[&limit])
        })
        .await
    }

    pub(crate) async fn state(&self, prefix: &str) -> Result<Vec<StateEntry>, Error> {
        let prefix = prefix.to_owned();
        self.read(move |connection| {
            if !has_table(connection, "platform_state")? {
                return Ok(Vec::new());
            }
            let mut statement = connection.prepare_cached(STATE)?;
            let entries = statement.query_map([prefix], |row| {
                let updated_at = time(&Value::String(row.get(3)?)).unwrap_or_default();
                Ok(StateEntry { program: row.get(0)?, key: row.get(1)?, value: row.get(2)?, updated_at })
            })?;
            entries.collect()
        })
        .await
    }

    /// Reads on a thread of its own, so that a long query does not block others. A missing or empty file has no rows.
    async fn read<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        if !std::fs::metadata(&self.path).is_ok_and(|file| file.len() > 0) {
            return Ok(T::default());
        }
        let (idle, path) = (self.idle.take(), self.path.clone());
        let read = tokio::task::spawn_blocking(move || {
            let failed = |error| embedded_db::Error::from_sqlite(&path, error);
            let connection = idle.map_or_else(|| open::read_only(&path), Ok).map_err(failed)?;
            let value = work(&connection).map_err(failed)?;
            Ok::<_, embedded_db::Error>((value, open::is_reusable(&connection).then_some(connection)))
        });
        let (value, connection) = read.await.map_err(|_| Error::GivenUp)??;
        self.idle.replace(connection);
        Ok(value)
    }
}

fn reports(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
) -> rusqlite::Result<Vec<RunReport>> {
    if !has_table(connection, RUNS)? {
        return Ok(Vec::new());
    }
    // Reports of older versions have no copies.
    let instance = if has_instance(connection)? { "instance" } else { "''" };
    let sql = sql.replace("INSTANCE", instance);
    Ok(rows(connection, &sql, parameters)?.iter().filter_map(RunReport::from_row).collect())
}

fn has_instance(connection: &Connection) -> rusqlite::Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM pragma_table_info(?1) WHERE name = 'instance'")?;
    statement.query_row(params![RUNS], |_| Ok(())).optional().map(|found| found.is_some())
}

fn latest(dataset: &Dataset) -> String {
    let table = quoted(&dataset.name);
    let Some(time) = dataset.time.as_deref().map(quoted) else {
        let order = quoted_list(dataset.tags.iter().map(String::as_str));
        let order = if order.is_empty() { "rowid".to_owned() } else { order };
        return format!("SELECT * FROM {table} ORDER BY {order} LIMIT ?1");
    };
    let tags: Vec<_> = dataset.tags.iter().map(|tag| quoted(tag)).collect();
    let series = if tags.is_empty() { "NULL".to_owned() } else { tags.join(", ") };
    format!(
        "SELECT * FROM {table} WHERE rowid IN (SELECT \"the row\" FROM (\
            SELECT \"the row\", row_number() OVER (PARTITION BY {series} ORDER BY {time} DESC) AS \"the place\" FROM (\
                SELECT rowid AS \"the row\", * FROM {table} WHERE {time} <= ?2 ORDER BY {time} DESC LIMIT {NEWEST})) \
         WHERE \"the place\" = 1) ORDER BY {time} DESC LIMIT ?1"
    )
}

fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    statement.query_row(params![name], |_| Ok(())).optional().map(|found| found.is_some())
}

fn rows(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map(parameters, |row| {
        let mut cells = Row::new();
        for (index, column) in columns.iter().enumerate() {
            if let Some(value) = value(row.get_ref(index)?) {
                cells.insert(column.clone(), value);
            }
        }
        Ok(cells)
    })?;
    rows.collect()
}

fn value(value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.into()),
        ValueRef::Real(number) => Some(number.into()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into()),
        ValueRef::Blob(_) => Some("(binary)".into()),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
