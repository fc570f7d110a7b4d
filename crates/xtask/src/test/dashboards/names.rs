//! Check of the names in a dashboard: measurements that some program stores, columns that they have.

use record::{Column, Role, Schema};

use super::dashboard::Dashboard;
use crate::generate::Shipped;

/// Names in a dashboard that no record has.
pub(super) fn faults(dashboard: &Dashboard, programs: &[Shipped]) -> Vec<String> {
    let mut faults: Vec<_> = dashboard.queries.iter().flat_map(|query| of_query(query, programs)).collect();
    let columns =
        dashboard.columns.iter().filter(|name| !schemas(programs).any(|it| it.column(name).is_some()));
    faults.extend(columns.map(|name| format!("a panel draws `{name}`, which no record has")));
    faults.iter().map(|fault| format!("{}: {fault}", dashboard.path)).collect()
}

/// Whether a query has rows as soon as there are any: none of the fields it shows may be absent.
pub(super) fn is_always_answered(query: &str, programs: &[Shipped]) -> bool {
    let Some(name) = measurement(query) else { return false };
    let columns = || schemas(programs).filter(|schema| schema.name == name).flat_map(|it| it.columns.iter());
    let is_absent = |name: &str| columns().any(|column| column.name == name && is_optional_field(column));
    // One present value makes a row.
    let mut names = quoted(query).filter(|other| *other != name);
    let mut fields =
        names.by_ref().filter(|name| columns().any(|it| it.name == *name && it.role == Role::Field));
    match fields.next() {
        Some(first) => !is_absent(first) || fields.any(|name| !is_absent(name)),
        None => true,
    }
}

fn is_optional_field(column: &Column) -> bool {
    column.role == Role::Field && column.optional
}

fn of_query(query: &str, programs: &[Shipped]) -> Vec<String> {
    let Some(name) = measurement(query) else { return vec![format!("asks for no measurement: {query}")] };
    let schemas: Vec<_> = schemas(programs).filter(|schema| schema.name == name).collect();
    if schemas.is_empty() {
        return vec![format!("a panel asks for `{name}`, which no program stores")];
    }
    let is_known = |column: &&str| schemas.iter().any(|schema| schema.column(column).is_some());
    let unknown = quoted(query).filter(|other| *other != name).filter(|column| !is_known(column));
    unknown.map(|column| format!("a panel asks for `{column}`, which `{name}` does not have")).collect()
}

fn schemas(programs: &[Shipped]) -> impl Iterator<Item = &Schema> {
    programs.iter().flat_map(|program| &program.records)
}

fn measurement(query: &str) -> Option<&str> {
    query.split_once("FROM \"")?.1.split('"').next()
}

/// All names in double quotes.
fn quoted(query: &str) -> impl Iterator<Item = &str> {
    query.split('"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::dashboard::Store;
    use super::*;

    fn programs() -> Vec<Shipped> {
        let columns = json!([
            { "name": "time", "role": "time", "type": "timestamp", "optional": false },
            { "name": "room", "role": "tag", "type": "text", "optional": true },
            { "name": "co2", "role": "field", "type": "float", "optional": false },
            { "name": "noise", "role": "field", "type": "float", "optional": true },
        ]);
        let air = json!({ "name": "air", "description": "Air.", "shape": "measurement", "columns": columns });
        let records = vec![serde_json::from_value(air).unwrap()];
        vec![Shipped { name: "it".to_owned(), folder: "iot/it".to_owned(), is_job: false, records }]
    }

    fn faults_of(query: &str) -> Vec<String> {
        let panel = json!({ "targets": [{ "query": query }] });
        let dashboard = Dashboard::of("a.json".to_owned(), Store::Influxdb, &json!({ "panels": [panel] }));
        faults(&dashboard, &programs())
    }

    #[test]
    fn names_of_records_are_accepted() {
        assert_eq!(faults_of(r#"SELECT mean("co2") AS "co2" FROM "air" GROUP BY "room""#), [""; 0]);
    }

    #[test]
    fn a_measurement_that_no_program_stores_is_named() {
        assert_eq!(
            faults_of(r#"SELECT "co2" FROM "water""#),
            ["a.json: a panel asks for `water`, which no program stores"]
        );
    }

    #[test]
    fn a_field_that_the_record_does_not_have_is_named() {
        let expected = ["a.json: a panel asks for `co3`, which `air` does not have"];
        assert_eq!(faults_of(r#"SELECT max("co3") FROM "air""#), expected);
    }

    #[test]
    fn a_column_that_is_drawn_has_to_be_there() {
        let panel =
            json!({ "fieldConfig": { "overrides": [{ "matcher": { "id": "byName", "options": "co3" } }] } });
        let dashboard = Dashboard::of("a.json".to_owned(), Store::Postgres, &json!({ "panels": [panel] }));
        assert_eq!(faults(&dashboard, &programs()), ["a.json: a panel draws `co3`, which no record has"]);
    }

    #[test]
    fn an_optional_field_alone_may_be_absent() {
        assert!(is_always_answered(r#"SELECT "co2", "noise" FROM "air""#, &programs()));
        assert!(!is_always_answered(r#"SELECT "noise" FROM "air" WHERE "room" = 1"#, &programs()));
    }
}
