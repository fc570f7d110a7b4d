//! Grafana: a dashboard for each family of records, and one for the state of all ingestion; for each store that keeps them.
//!
//! The schema of a record determines panels, titles and units. Each dashboard is generated twice, in `InfluxQL` and in
//! SQL, since no query works in both.

mod dashboard;
mod family;
mod influxql;
mod ingestion;
mod panel;
mod query;
mod records;
mod sql;
mod store;
#[cfg(test)]
mod tests;
mod unit;

use serde_json::json;

use super::file::File;
use super::model::Model;
use super::template::render;
use dashboard::Dashboard;
use store::Store;

/// Folder of all dashboards, from the root.
const FOLDER: &str = "k8s/grafana/dashboards";
const KUSTOMIZATION: &str = include_str!("kustomization.yaml.j2");
const TEMPLATE: &str = "crates/xtask/src/generate/grafana/kustomization.yaml.j2";

/// The dashboards of each store in a folder of their own, and the kustomization beside them.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for store in Store::ALL {
        let dashboards = dashboards(model, store)?;
        let names: Vec<_> = dashboards.iter().map(|dashboard| &dashboard.name).collect();
        let folder = format!("{FOLDER}/{}", store.name());
        if names.is_empty() {
            continue;
        }
        let context = json!({
            "store": store.name(), "title": store.title(), "names": names, "part_of": model.delivery.name,
        });
        let text = render("kustomization.yaml", KUSTOMIZATION, context)?;
        files.push(File::with_hash(format!("{folder}/kustomization.yaml"), TEMPLATE, &text));
        for dashboard in dashboards {
            files.push(File::bare(format!("{folder}/{}.json", dashboard.name), &dashboard.text()?));
        }
    }
    Ok(files)
}

fn dashboards(model: &Model, store: Store) -> Result<Vec<Dashboard>, String> {
    let part_of = &model.delivery.name;
    let mut dashboards: Vec<_> = ingestion::dashboard(model, store)?.into_iter().collect();
    for family in family::families(model) {
        dashboards.extend(records::dashboard(&family, store, part_of));
    }
    dashboards.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(dashboards)
}
