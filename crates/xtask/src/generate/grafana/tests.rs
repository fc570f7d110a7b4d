//! Tests of the dashboards of any model.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::describe::Description;
use super::super::model::Model;
use super::super::sample;
use super::*;

/// A model whose one program stores these records.
fn model(records: &Value) -> Model {
    let mut model = sample::model();
    model.programs.truncate(1);
    let text = json!({
        "name": "it", "kind": "device", "version": "1", "description": "It.", "variables": [], "records": records,
    });
    let description = Description::parse(&text.to_string()).unwrap();
    for program in &mut model.programs {
        program.records = description.records.clone();
    }
    model
}

fn column(name: &str, role: &str, kind: &str, more: &Value) -> Value {
    let mut column = json!({ "name": name, "role": role, "type": kind, "optional": false });
    column.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    column
}

fn measurement(name: &str, columns: &[Value]) -> Value {
    let mut all = vec![column("time", "time", "timestamp", &json!({}))];
    all.extend(columns.iter().cloned());
    json!({ "name": name, "description": "Air.", "shape": "measurement", "columns": all })
}

/// Air in a room, with a field of each kind.
fn air() -> Value {
    let field = |name: &str, kind: &str, more: Value| column(name, "field", kind, &more);
    measurement(
        "indoor_air",
        &[
            column("room", "tag", "text", &json!({})),
            field("co2", "float", json!({ "unit": "ppm", "description": "Carbon dioxide, as measured." })),
            field(
                "humidity",
                "float",
                json!({ "unit": "%", "optional": true, "valid": { "min": 0.0, "max": 100.0 } }),
            ),
            field("temperature", "float", json!({ "unit": "°C", "valid": { "min": -40.0, "max": 85.0 } })),
            field("is_warm", "boolean", json!({})),
            field("state", "text", json!({})),
            field("since", "integer", json!({ "unit": "s", "description": "Start, since 1970 UTC." })),
        ],
    )
}

fn dashboard(model: &Model, store: Store, name: &str) -> Value {
    let path = format!("{FOLDER}/{}/{name}.json", store.name());
    let files = files(model).unwrap();
    serde_json::from_str(&files.iter().find(|file| file.path == path).unwrap().text).unwrap()
}

fn panel<'a>(dashboard: &'a Value, title: &str) -> &'a Value {
    let panels = dashboard["panels"].as_array().unwrap();
    panels.iter().find(|panel| panel["title"] == title).unwrap_or_else(|| panic!("no panel `{title}`"))
}

#[test]
fn a_record_is_asked_for_in_the_language_of_each_store() {
    let model = model(&json!([air()]));
    let influxdb = dashboard(&model, Store::Influxdb, "indoor-air");
    assert_eq!(
        panel(&influxdb, "Carbon dioxide")["targets"][0]["query"],
        r#"SELECT mean("co2") AS "co2" FROM "indoor_air" WHERE $timeFilter AND "room" =~ /^${room:regex}$/ GROUP BY time($__interval), "room" fill(none)"#
    );
    let postgres = dashboard(&model, Store::Postgres, "indoor-air");
    assert_eq!(
        panel(&postgres, "Humidity")["targets"][0]["rawSql"],
        "SELECT $__timeGroupAlias(\"time\", $__interval), \"room\", avg(\"humidity\") AS \"humidity\"\n\
         FROM \"indoor_air\"\n\
         WHERE $__timeFilter(\"time\") AND \"room\" IN (${room:sqlstring}) AND \"humidity\" IS NOT NULL\n\
         GROUP BY 1, 2\n\
         ORDER BY 1"
    );
}

#[test]
fn a_panel_has_description_and_unit_of_the_schema() {
    let dashboard = dashboard(&model(&json!([air()])), Store::Influxdb, "indoor-air");
    let co2 = panel(&dashboard, "Carbon dioxide");
    assert_eq!(co2["description"], "Carbon dioxide, as measured.\n\nField `co2`, in ppm.");
    let defaults = &co2["fieldConfig"]["defaults"];
    assert_eq!(
        (&defaults["unit"], &defaults["displayName"]),
        (&json!("ppm"), &json!("${__field.labels.room}"))
    );
    let variables: Vec<_> =
        dashboard["templating"]["list"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(variables, ["datasource", "room"]);
}

#[test]
fn texts_and_times_are_in_the_table_alone() {
    let dashboard = dashboard(&model(&json!([air()])), Store::Postgres, "indoor-air");
    let kinds: Vec<_> = dashboard["panels"].as_array().unwrap().iter().map(|panel| &panel["type"]).collect();
    assert_eq!(kinds, ["table", "timeseries", "timeseries", "timeseries", "state-timeline"]);
    let newest = panel(&dashboard, "Newest")["targets"][0]["rawSql"].as_str().unwrap();
    assert!(
        newest.contains(r#"to_timestamp("since") AS "since""#) && newest.contains(r#""state""#),
        "{newest}"
    );
}

#[test]
fn the_axis_ends_where_the_scale_does_and_not_where_the_sensor_does() {
    let dashboard = dashboard(&model(&json!([air()])), Store::Influxdb, "indoor-air");
    let ends = |title: &str| {
        let defaults = &panel(&dashboard, title)["fieldConfig"]["defaults"];
        (defaults["min"].clone(), defaults["max"].clone())
    };
    // A record that knows no valid values gives its axis no ends either.
    let knows_valid = json!(sample_column()).get("valid").is_some();
    let expected = if knows_valid { (json!(0.0), json!(100.0)) } else { (Value::Null, Value::Null) };
    assert_eq!(ends("Humidity"), expected);
    assert_eq!(ends("Temperature"), (Value::Null, Value::Null));
}

fn sample_column() -> record::Column {
    serde_json::from_value(column("a", "field", "float", &json!({ "valid": { "min": 0.0 } }))).unwrap()
}

#[test]
fn panels_do_not_overlap_and_keep_to_the_grid() {
    let two = json!([air(), measurement("indoor_air_fan", &[column("rpm", "field", "float", &json!({}))])]);
    let dashboard = dashboard(&model(&two), Store::Influxdb, "indoor-air");
    let panels = dashboard["panels"].as_array().unwrap();
    let mut taken = BTreeSet::new();
    for panel in panels {
        let of = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(of("x") + of("w") <= 24, "{panel}");
        for column in of("x")..of("x") + of("w") {
            assert!((of("y")..of("y") + of("h")).all(|row| taken.insert((column, row))), "{panel} overlaps");
        }
    }
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}

#[test]
fn programs_that_store_the_same_measurement_share_a_dashboard() {
    let mut model = model(&json!([air()]));
    let mut other = model.programs[0].clone();
    other.name = "other".to_owned();
    other.records.push(
        serde_json::from_value(measurement("fan", &[column("rpm", "field", "float", &json!({}))])).unwrap(),
    );
    model.programs.push(other);
    let families = family::families(&model);
    assert_eq!(families.len(), 1);
    assert_eq!(
        families[0].records.iter().map(|it| it.name.as_ref()).collect::<Vec<_>>(),
        ["indoor_air", "fan"]
    );
}

#[test]
fn a_table_is_shown_from_postgresql_alone() {
    let columns = [column("id", "key", "text", &json!({})), column("done", "field", "boolean", &json!({}))];
    let tasks = json!({ "name": "tasks", "description": "Tasks.", "shape": "table", "write": "upsert", "columns": columns });
    let files = files(&model(&json!([tasks]))).unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["k8s/grafana/dashboards/postgres/kustomization.yaml", "k8s/grafana/dashboards/postgres/tasks.json"]
    );
    assert!(
        files[1].text.contains(r#"SELECT \"id\", \"done\"\nFROM \"tasks\"\nLIMIT 200"#),
        "{}",
        files[1].text
    );
}

#[test]
fn a_run_report_without_a_column_that_is_shown_is_an_error_that_names_it() {
    let runs = measurement("pipeline_runs", &[column("exit", "field", "integer", &json!({}))]);
    let problem = files(&model(&json!([runs]))).unwrap_err();
    assert_eq!(problem, "the dashboard of ingestion shows `rows_out`, which `pipeline_runs` does not have");
}
