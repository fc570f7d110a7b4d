//! Expansion of Grafana's macros, for a time range with all records.
//!
//! Source: <https://grafana.com/docs/grafana/latest/datasources/postgres/query-editor/#macros>.

use super::dashboard::Store;
use super::load::Stores;
use super::sample;

const FROM: &str = "2000-01-01T00:00:00Z";
const TO: &str = "2100-01-01T00:00:00Z";
/// Seconds of a day: few buckets, even in a century.
const INTERVAL: u32 = 86_400;

/// Format in which a query asks for the chosen values.
pub(super) fn format(store: Store) -> &'static str {
    match store {
        Store::Influxdb => "regex",
        Store::Postgres => "sqlstring",
    }
}

/// Expansion for all values of a tag.
pub(super) fn all_values(store: Store, query: &str, stores: &Stores<'_>) -> Result<String, String> {
    if store == Store::Influxdb {
        return Ok(".*".to_owned());
    }
    let values = stores.sql(&expand(store, query))?;
    // A measurement whose rows are composed has those values, whatever the programs stored of others.
    let all = values.lines().chain(sample::SERIES);
    Ok(all.map(|value| format!("'{}'", value.replace('\'', "''"))).collect::<Vec<_>>().join(","))
}

/// The text with its macros expanded.
pub(super) fn expand(store: Store, text: &str) -> String {
    match store {
        Store::Influxdb => text
            .replace("$timeFilter", &format!("time >= '{FROM}' AND time <= '{TO}'"))
            .replace("$__interval", &format!("{INTERVAL}s")),
        Store::Postgres => {
            let text = call(text, "$__timeFilter", |time| format!("{time} BETWEEN '{FROM}' AND '{TO}'"));
            call(&text, "$__timeGroupAlias", |arguments| {
                let time = arguments.split(',').next().unwrap_or_default();
                format!("floor(extract(epoch from {time})/{INTERVAL})*{INTERVAL} AS \"time\"")
            })
        }
    }
}

/// Whether a text still has something that Grafana would replace.
pub(super) fn is_left(text: &str) -> bool {
    // The end of a regular expression stands before a slash.
    text.split('$').skip(1).any(|behind| !behind.starts_with('/'))
}

/// Replaces each call of a macro by what is made of its arguments.
fn call(text: &str, name: &str, made: impl Fn(&str) -> String) -> String {
    let opening = format!("{name}(");
    let mut parts = text.split(&opening);
    let mut expanded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (arguments, rest) = part.split_once(')').unwrap_or((part, ""));
        expanded.push_str(&made(arguments));
        expanded.push_str(rest);
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_of_sql_are_called_with_their_column() {
        let text = expand(
            Store::Postgres,
            r#"SELECT $__timeGroupAlias("at", $__interval) WHERE $__timeFilter("at") AND a"#,
        );
        let expected = "SELECT floor(extract(epoch from \"at\")/86400)*86400 AS \"time\" WHERE \"at\" BETWEEN \
                        '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z' AND a";
        assert_eq!(text, expected);
    }

    #[test]
    fn influxql_gets_a_range_and_an_interval() {
        let text = expand(Store::Influxdb, "WHERE $timeFilter GROUP BY time($__interval)");
        assert_eq!(
            text,
            "WHERE time >= '2000-01-01T00:00:00Z' AND time <= '2100-01-01T00:00:00Z' GROUP BY time(86400s)"
        );
    }
}
