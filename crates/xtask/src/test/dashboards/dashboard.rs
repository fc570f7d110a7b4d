//! A dashboard, as far as its queries go.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::load::Stores;
use super::macros;

const FOLDER: &str = "k8s/grafana/dashboards";

/// Store whose language queries are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Influxdb,
    Postgres,
}

/// A dashboard.
#[derive(Debug)]
pub(super) struct Dashboard {
    /// Path from the root.
    pub(super) path: String,
    pub(super) store: Store,
    /// Queries of its panels and variables.
    pub(super) queries: Vec<String>,
    /// The variables that hold values of a tag, each with its query.
    variables: Vec<(String, String)>,
    /// The columns that a panel overrides.
    pub(super) columns: Vec<String>,
}

impl Store {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Influxdb => "influxdb",
            Self::Postgres => "postgres",
        }
    }
}

impl Dashboard {
    /// All committed dashboards.
    pub(super) fn all(root: &Path) -> Result<Vec<Self>, String> {
        let mut all = Vec::new();
        for store in [Store::Influxdb, Store::Postgres] {
            let folder = format!("{FOLDER}/{}", store.name());
            let entries = fs::read_dir(root.join(&folder)).map_err(|error| format!("{folder}: {error}"))?;
            let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
            for name in names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "json")) {
                let path = format!("{folder}/{name}");
                let text =
                    fs::read_to_string(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
                let json = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
                all.push(Self::of(path, store, &json));
            }
        }
        all.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(all)
    }

    pub(super) fn of(path: String, store: Store, json: &Value) -> Self {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let panels = || items(json, "/panels");
        let targets = panels().flat_map(|panel| items(panel, "/targets"));
        let asked = targets.filter_map(|target| text(target, "query").or_else(|| text(target, "rawSql")));
        let asking =
            items(json, "/templating/list").filter(|it| text(it, "type").as_deref() == Some("query"));
        let variables: Vec<_> =
            asking.filter_map(|variable| Some((text(variable, "name")?, text(variable, "query")?))).collect();
        let queries = asked.chain(variables.iter().map(|(_, query)| query.clone())).collect();
        let overrides = panels().flat_map(|panel| items(panel, "/fieldConfig/overrides"));
        let columns = overrides.filter_map(|it| text(it.get("matcher")?, "options")).collect();
        Self { path, store, queries, variables, columns }
    }

    /// The query as Grafana sends it, for all values of all tags.
    pub(super) fn expanded(&self, query: &str, stores: &Stores<'_>) -> Result<String, String> {
        let mut text = query.to_owned();
        for (name, values) in &self.variables {
            let place = format!("${{{name}:{}}}", macros::format(self.store));
            if text.contains(&place) {
                text = text.replace(&place, &macros::all_values(self.store, values, stores)?);
            }
        }
        let text = macros::expand(self.store, &text);
        if macros::is_left(&text) { Err(format!("something is left of {text}")) } else { Ok(text) }
    }
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
