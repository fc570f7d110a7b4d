//! Queries in `InfluxQL`, which `InfluxDB` 1 and 2 understand.
//!
//! Source: <https://docs.influxdata.com/influxdb/v1/query_language/spec/>; variables of Grafana, with a
//! dollar: <https://grafana.com/docs/grafana/latest/datasources/influxdb/template-variables/>.

use record::{Column, Schema};

use super::query::{Aggregate, Ask, MOST_ROWS, Query, choices, is_time};
use super::store::variable;

/// The text of a query.
pub(super) fn text(query: &Query<'_>) -> String {
    let from = from(query);
    let tags: Vec<_> = query.tags().map(|tag| quoted(&tag.name)).collect();
    match &query.ask {
        Ask::Course(column, aggregate) => {
            let groups: Vec<_> = [bucket()].into_iter().chain(tags).collect();
            format!(
                "SELECT {} {from} GROUP BY {} fill(none)",
                aggregated(column, *aggregate),
                groups.join(", ")
            )
        }
        Ask::Total(column, aggregate) => format!("SELECT {} {from}", aggregated(column, *aggregate)),
        // The limit counts for each series by itself.
        Ask::Newest(columns) => rows(columns, &from, &tags, 1),
        Ask::Rows(columns) => rows(columns, &from, &tags, MOST_ROWS),
    }
}

/// The values of a tag.
pub(super) fn tag_values(schema: &Schema, tag: &Column) -> String {
    format!("SHOW TAG VALUES FROM {} WITH KEY = {}", quoted(&schema.name), quoted(&tag.name))
}

fn bucket() -> String {
    "time($__interval)".to_owned()
}

fn rows(columns: &[&Column], from: &str, tags: &[String], limit: usize) -> String {
    let columns: Vec<_> = columns.iter().map(|column| shown(column)).collect();
    let groups = if tags.is_empty() { String::new() } else { format!(" GROUP BY {}", tags.join(", ")) };
    format!("SELECT {} {from}{groups} ORDER BY time DESC LIMIT {limit}", columns.join(", "))
}

fn from(query: &Query<'_>) -> String {
    let of_tag = |tag: &Column| format!(" AND {} =~ /^${{{}:regex}}$/", quoted(&tag.name), variable(tag));
    let filters: String = choices(query.schema).map(of_tag).collect();
    let condition = query.unless_zero.map(|column| format!(" AND {} <> 0", quoted(&column.name)));
    let condition = condition.unwrap_or_default();
    format!("FROM {} WHERE $timeFilter{filters}{condition}", quoted(&query.schema.name))
}

fn aggregated(column: &Column, aggregate: Aggregate) -> String {
    let function = match aggregate {
        Aggregate::Mean => "mean",
        Aggregate::Sum => "sum",
        Aggregate::Max => "max",
        Aggregate::Count => "count",
        Aggregate::Last => "last",
    };
    let name = quoted(&column.name);
    format!("{function}({name}) AS {name}")
}

/// Grafana counts moments in milliseconds.
fn shown(column: &Column) -> String {
    let name = quoted(&column.name);
    if is_time(column) { format!("{name} * 1000 AS {name}") } else { name }
}

/// A quoted name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
