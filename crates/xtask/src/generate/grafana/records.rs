//! The dashboard of a family of records: of each, the newest rows, and every number over time.

use std::collections::BTreeSet;

use record::Schema;
use serde_json::Value;

use super::dashboard::Dashboard;
use super::family::Family;
use super::panel::{Panel, humane, over_time};
use super::query::{Ask, Query, choices, fields};
use super::store::{Store, variable};

/// Time range of the past, and of the future for a family with forecasts.
const PAST: [&str; 2] = ["now-24h", "now"];
const FUTURE: [&str; 2] = ["now-2d", "now+5d"];

/// The dashboard, where the store holds any record of the family.
pub(super) fn dashboard(family: &Family, store: Store, part_of: &str) -> Option<Dashboard> {
    let records: Vec<_> = family.records.iter().filter(|record| store.holds(record)).collect();
    records.first()?;
    let is_forecast = records.iter().any(|record| record.name.contains("forecast"));
    let is_alone = records.len() == 1;
    let heading = |record: &Schema| (!is_alone).then(|| humane(&record.name));
    let sections = records.iter().map(|record| (heading(record), panels(record))).collect();
    let description: Vec<_> = records.iter().map(|record| record.description.as_ref()).collect();
    Some(Dashboard {
        name: family.name.clone(),
        title: humane(&family.name.replace('-', "_")),
        description: format!("{} Stored by {}.", description.join(" "), family.programs.join(", ")),
        store,
        part_of: part_of.to_owned(),
        range: if is_forecast { FUTURE } else { PAST },
        variables: variables(&records, store),
        sections,
    })
}

/// All panels of a record.
pub(super) fn panels(schema: &Schema) -> Vec<Panel> {
    let columns: Vec<_> = fields(schema).collect();
    let mut panels = Vec::new();
    if schema.is_measurement() {
        let newest = Query::new(schema, Ask::Newest(columns.clone()));
        panels.push(Panel::table(
            &newest,
            "Newest",
            &format!("{} The newest of each series.", schema.description),
        ));
        panels.extend(columns.iter().filter_map(|column| over_time(schema, column)));
    } else {
        let identity: Vec<_> = schema.identity().chain(columns).collect();
        let rows = Query::new(schema, Ask::Rows(identity));
        panels.push(Panel::table(&rows, &humane(&schema.name), &schema.description).sized([24, 16]));
    }
    panels
}

/// A variable for each tag. One that several measurements have is asked of the first of them, the one that is always there.
pub(super) fn variables(records: &[&Schema], store: Store) -> Vec<Value> {
    let mut known = BTreeSet::new();
    let all = records.iter().flat_map(|record| choices(record).map(move |tag| (*record, tag)));
    let first = all.filter(|(_, tag)| known.insert(variable(tag)));
    first.map(|(record, tag)| store.tag(record, tag)).collect()
}
