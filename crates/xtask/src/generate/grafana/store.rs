//! The stores that a dashboard reads: their names and data sources in Grafana, and their queries.

use record::{Column, Schema};
use serde_json::{Value, json};

use super::query::Query;
use super::{influxql, sql};

/// The variable of each dashboard for its data source, to which an operator may give any name.
const DATA_SOURCE: &str = "datasource";

/// A store that Grafana can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Influxdb,
    Postgres,
}

impl Store {
    pub(super) const ALL: [Self; 2] = [Self::Influxdb, Self::Postgres];

    /// Name in files and identifiers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Influxdb => "influxdb",
            Self::Postgres => "postgres",
        }
    }

    /// Name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Influxdb => "InfluxDB",
            Self::Postgres => "PostgreSQL",
        }
    }

    /// Whether it can hold such a record. `InfluxDB` has no tables.
    pub(super) fn holds(self, schema: &Schema) -> bool {
        self == Self::Postgres || schema.is_measurement()
    }

    /// Grafana's plugin for it.
    fn plugin(self) -> &'static str {
        match self {
            Self::Influxdb => "influxdb",
            Self::Postgres => "grafana-postgresql-datasource",
        }
    }

    /// The data source that is chosen in the dashboard.
    pub(super) fn reference(self) -> Value {
        json!({ "type": self.plugin(), "uid": format!("${{{DATA_SOURCE}}}") })
    }

    /// The query, as a panel holds it.
    pub(super) fn target(self, query: &Query<'_>) -> Value {
        let format = if query.is_series() { "time_series" } else { "table" };
        match self {
            Self::Influxdb => json!({
                "refId": "A",
                "datasource": self.reference(),
                "rawQuery": true,
                "query": influxql::text(query),
                "resultFormat": format,
            }),
            Self::Postgres => json!({
                "refId": "A",
                "datasource": self.reference(),
                "editorMode": "code",
                "rawQuery": true,
                "rawSql": sql::text(query),
                "format": format,
            }),
        }
    }

    /// The variable with which a person chooses the data source.
    pub(super) fn choice(self) -> Value {
        json!({
            "type": "datasource",
            "name": DATA_SOURCE,
            "label": "Data source",
            "description": format!("Which {} is read.", self.title()),
            "query": self.plugin(),
            "refresh": 1,
        })
    }

    /// The variable with which a person chooses among the values of a tag.
    pub(super) fn tag(self, schema: &Schema, tag: &Column) -> Value {
        let (query, all) = match self {
            // Points without the tag belong to all as well.
            Self::Influxdb => (influxql::tag_values(schema, tag), json!(".*")),
            Self::Postgres => (sql::tag_values(schema, tag), Value::Null),
        };
        let mut variable = json!({
            "type": "query",
            "name": variable(tag),
            "label": tag.name,
            "description": tag.description,
            "datasource": self.reference(),
            "definition": query,
            "query": query,
            // At each change of the time range.
            "refresh": 2,
            "sort": 1,
            "includeAll": true,
            "multi": true,
            "current": { "text": ["All"], "value": ["$__all"] },
        });
        if let (Some(object), false) = (variable.as_object_mut(), all.is_null()) {
            object.insert("allValue".to_owned(), all);
        }
        variable
    }
}

/// The variable of a tag. Grafana allows letters, digits and underscores.
pub(super) fn variable(tag: &Column) -> String {
    tag.name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect()
}
