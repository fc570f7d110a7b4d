//! Queries in the SQL of PostgreSQL.
//!
//! Source of the macros: <https://grafana.com/docs/grafana/latest/datasources/postgres/query-editor/#macros>.

use record::{Column, Role, Schema, Type};

use super::query::{Aggregate, Ask, MOST_ROWS, Query, choices, is_time};
use super::store::variable;

/// The text of a query.
pub(super) fn text(query: &Query<'_>) -> String {
    let tags: Vec<_> = query.tags().map(|tag| quoted(&tag.name)).collect();
    let time = query.time().map(quoted);
    match (&query.ask, time) {
        (Ask::Course(column, aggregate), Some(time)) => course(query, column, *aggregate, &time, &tags),
        (Ask::Total(column, aggregate), _) => {
            format!("SELECT {}\n{}", aggregated(column, *aggregate, query.time()), from(query, None))
        }
        (Ask::Newest(columns), Some(time)) if !tags.is_empty() => {
            let (list, tags) = (list(Some(&time), &tags, columns), tags.join(", "));
            let from = from(query, None);
            format!("SELECT DISTINCT ON ({tags}) {list}\n{from}\nORDER BY {tags}, {time} DESC")
        }
        (Ask::Newest(columns), time) => rows(query, columns, time.as_deref(), &tags, 1),
        (Ask::Rows(columns), time) => rows(query, columns, time.as_deref(), &tags, MOST_ROWS),
        // A table has no column of time.
        (Ask::Course(column, _), None) => rows(query, &[column], None, &tags, MOST_ROWS),
    }
}

/// The values of a tag in the range of time.
pub(super) fn tag_values(schema: &Schema, tag: &Column) -> String {
    let time = schema.columns.iter().find(|column| column.role == Role::Time);
    let range = time.map(|time| format!(" WHERE $__timeFilter({})", quoted(&time.name))).unwrap_or_default();
    format!("SELECT DISTINCT {} FROM {}{range} ORDER BY 1", quoted(&tag.name), quoted(&schema.name))
}

fn course(query: &Query<'_>, column: &Column, aggregate: Aggregate, time: &str, tags: &[String]) -> String {
    let bucket = format!("$__timeGroupAlias({time}, $__interval)");
    let value = aggregated(column, aggregate, query.time());
    let columns: Vec<_> = [bucket].iter().chain(tags).chain([&value]).cloned().collect();
    let groups: Vec<_> = (1..=tags.len() + 1).map(|place| place.to_string()).collect();
    let (columns, groups) = (columns.join(", "), groups.join(", "));
    format!("SELECT {columns}\n{}\nGROUP BY {groups}\nORDER BY 1", from(query, Some(column)))
}

fn rows(query: &Query<'_>, columns: &[&Column], time: Option<&str>, tags: &[String], limit: usize) -> String {
    let order = time.map(|time| format!("\nORDER BY {time} DESC")).unwrap_or_default();
    format!("SELECT {}\n{}{order}\nLIMIT {limit}", list(time, tags, columns), from(query, None))
}

fn list(time: Option<&str>, tags: &[String], columns: &[&Column]) -> String {
    let first = time.into_iter().map(str::to_owned).chain(tags.iter().cloned());
    first.chain(columns.iter().map(|column| shown(column))).collect::<Vec<_>>().join(", ")
}

/// Clauses FROM and WHERE. Rows without a value of `known` are left out, as they would be gaps in a line.
fn from(query: &Query<'_>, known: Option<&Column>) -> String {
    let range = query.time().map(|time| format!("$__timeFilter({})", quoted(time)));
    let of_tag = |tag: &Column| format!("{} IN (${{{}:sqlstring}})", quoted(&tag.name), variable(tag));
    let known = known.filter(|column| column.optional);
    let known = known.map(|column| format!("{} IS NOT NULL", quoted(&column.name)));
    let counts = query.unless_zero.map(|column| format!("{} <> 0", quoted(&column.name)));
    let filters: Vec<_> =
        range.into_iter().chain(choices(query.schema).map(of_tag)).chain(known).chain(counts).collect();
    let filters =
        if filters.is_empty() { String::new() } else { format!("\nWHERE {}", filters.join(" AND ")) };
    format!("FROM {}{filters}", quoted(&query.schema.name))
}

fn aggregated(column: &Column, aggregate: Aggregate, time: Option<&str>) -> String {
    let name = quoted(&column.name);
    // Grafana draws numbers.
    let number = if column.value_type == Type::Boolean { format!("{name}::int") } else { name.clone() };
    let value = match aggregate {
        Aggregate::Mean => format!("avg({number})"),
        Aggregate::Sum => format!("sum({number})"),
        Aggregate::Max => format!("max({number})"),
        Aggregate::Count => format!("count({number})"),
        Aggregate::Last => {
            let order = time.map(|time| format!(" ORDER BY {} DESC", quoted(time))).unwrap_or_default();
            format!("(array_agg({number}{order}))[1]")
        }
    };
    format!("{value} AS {name}")
}

fn shown(column: &Column) -> String {
    let name = quoted(&column.name);
    if is_time(column) { format!("to_timestamp({name}) AS {name}") } else { name }
}

/// A quoted name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
