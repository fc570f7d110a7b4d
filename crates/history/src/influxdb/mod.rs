//! InfluxDB, through the query API of version 1, which version 2 supports as well.
//!
//! - Version 1: <https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint>
//! - Version 2: <https://docs.influxdata.com/influxdb/v2/reference/api/influxdb-1x/query/>. The bucket must be mapped to
//!   a database of its name, as the server does by itself where nobody did.

mod answer;
mod influxql;

use std::collections::BTreeMap;
use std::time::Duration;

use fault::Retry;
use http_client::RemoteService;
use jiff::Timestamp;
use secret::Secret;
use serde_json::Value;

use crate::row::{TIME, nanoseconds, time};
use crate::run::{RUNS, split};
use crate::series::SeriesBuilder;
use crate::{Column, ColumnKind, Dataset, Error, Point, Query, Row, RunReport, Series};

use answer::{Answer, Table};
use influxql::{name, text};

pub(crate) const NAME: &str = "influxdb";

/// Size limit of a response, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;
/// Retry budget of a query.
const RETRY_BUDGET: Duration = Duration::from_secs(5);

/// A bucket of an InfluxDB.
#[derive(Debug)]
pub(crate) struct Influxdb {
    service: RemoteService,
    token: Secret,
    bucket: String,
}

impl Influxdb {
    pub(crate) fn new(config: &sink_influxdb::Config, http: &http_client::Client) -> Self {
        let sink_influxdb::Config { url, token, bucket, .. } = config.clone();
        Self { service: http.service(NAME, &url), token, bucket }
    }

    pub(crate) async fn pipelines(&self, since: Timestamp, runs: usize) -> Result<Vec<RunReport>, Error> {
        let since = nanoseconds(since);
        let query = format!(
            "SELECT * FROM {} WHERE time >= {since} GROUP BY \"pipeline\", \"instance\" ORDER BY time DESC LIMIT {runs}",
            name(RUNS)
        );
        self.reports(&query).await
    }

    pub(crate) async fn runs(
        &self,
        pipeline: &str,
        status: Option<&'static str>,
        limit: usize,
    ) -> Result<Vec<RunReport>, Error> {
        let status = status.map(|status| format!(" AND \"status\" = {}", text(status))).unwrap_or_default();
        let query = format!(
            "SELECT * FROM {} WHERE \"pipeline\" = {}{status} GROUP BY \"pipeline\", \"instance\" \
             ORDER BY time DESC LIMIT {limit}",
            name(RUNS),
            text(split(pipeline).0)
        );
        let mut reports = self.reports(&query).await?;
        // A tag that no point has is no tag to InfluxDB, so the query cannot ask for its absence.
        reports.retain(|report| report.pipeline == pipeline);
        Ok(reports)
    }

    pub(crate) async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        let answers = self.ask("SHOW FIELD KEYS; SHOW TAG KEYS").await?;
        let [fields, tags] = answers.as_slice() else { return Ok(Vec::new()) };
        let mut tags_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for table in tags {
            let keys = table.rows().filter_map(|row| crate::row::text(&row, "tagKey")).collect();
            tags_of.insert(&table.name, keys);
        }
        let dataset = |table: &Table| Dataset {
            name: table.name.clone(),
            store: NAME,
            time: Some(TIME.to_owned()),
            tags: tags_of.remove(table.name.as_str()).unwrap_or_default(),
            fields: table.rows().filter_map(|row| field(&row)).collect(),
        };
        Ok(fields.iter().map(dataset).collect())
    }

    pub(crate) async fn series(&self, dataset: &Dataset, query: &Query) -> Result<Vec<Series>, Error> {
        let mut query = query.clone();
        // InfluxDB does not aggregate booleans.
        query
            .fields
            .retain(|field| dataset.field(field).is_some_and(|field| field.kind == ColumnKind::Number));
        if query.fields.is_empty() {
            return Ok(Vec::new());
        }
        let mut builder = SeriesBuilder::default();
        for table in self.ask(&influxql::series(dataset, &query)).await?.into_iter().flatten() {
            let tags = dataset.tags.iter().map(|tag| table.tags.get(tag).cloned().unwrap_or_default());
            let tags: Vec<_> = tags.collect();
            for row in table.rows() {
                let Some(at) = row.get(TIME).and_then(time) else { continue };
                for field in 0..query.fields.len() {
                    if let Some(point) = point(&row, at, field) {
                        builder.add(field, &tags, point);
                    }
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
        let query = format!(
            "SELECT * FROM {} WHERE time <= {} GROUP BY * ORDER BY time DESC LIMIT 1 SLIMIT {limit}",
            name(&dataset.name),
            nanoseconds(until)
        );
        let tables = self.ask(&query).await?.into_iter().flatten();
        Ok(tables.flat_map(|table| table.rows().collect::<Vec<_>>()).map(with_time_as_text).collect())
    }

    async fn reports(&self, query: &str) -> Result<Vec<RunReport>, Error> {
        let tables = self.ask(query).await?.into_iter().flatten();
        let rows = tables.flat_map(|table| table.rows().collect::<Vec<_>>());
        Ok(rows.filter_map(|row| RunReport::from_row(&row)).collect())
    }

    /// Runs `InfluxQL`; returns the tables of each statement.
    async fn ask(&self, query: &str) -> Result<Vec<Vec<Table>>, Error> {
        let request = self
            .service
            .post("query", "query")
            .query("db", &self.bucket)
            .query("epoch", "ns")
            .query("q", query)
            .token("Token", &self.token)
            .header("accept", "application/json")
            .body_limit(ANSWER_LIMIT)
            .retry(Retry::with_budget(RETRY_BUDGET));
        let answer: Answer = request.json().await?;
        answer.tables()
    }
}

fn field(row: &Row) -> Option<Column> {
    let kind = match crate::row::text(row, "fieldType")?.as_str() {
        "float" | "integer" | "unsigned" => ColumnKind::Number,
        "boolean" => ColumnKind::Boolean,
        _ => ColumnKind::Text,
    };
    Some(Column { name: crate::row::text(row, "fieldKey")?, kind })
}

fn point(row: &Row, time: Timestamp, field: usize) -> Option<Point> {
    let number = |what: &str| row.get(&format!("{what}_{field}"));
    Some(Point {
        time,
        mean: number("mean")?.as_f64()?,
        min: number("min")?.as_f64()?,
        max: number("max")?.as_f64()?,
        count: number("count")?.as_i64()?,
    })
}

fn with_time_as_text(mut row: Row) -> Row {
    if let Some(time) = row.get(TIME).and_then(time) {
        row.insert(TIME.to_owned(), Value::String(time.to_string()));
    }
    row
}
