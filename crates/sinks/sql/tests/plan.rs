//! The statements that make a table fit a record, word for word.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use record::{Record, Schema, Timestamp, Type};
use sink_sql::{Dialect, Fit, Mismatch, Plan, Table, TableColumn, UniqueIndex, plan};

/// Weather at one place.
#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    city: String,
    /// Air temperature.
    #[record(unit = "°C")]
    temp: Option<f64>,
}

#[derive(Record)]
#[record(table = "task")]
struct Task {
    #[record(key)]
    id: i64,
    title: String,
}

const ALTERING: Dialect =
    Dialect { column_type, fit, alters_columns: true, has_comments: true, longest_name: 20 };

const FIXED: Dialect = Dialect { alters_columns: false, has_comments: false, ..ALTERING };

fn column_type(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "double",
        Type::Integer => "bigint",
        _ => "text",
    }
}

fn fit(declared: &str, value_type: Type) -> Fit {
    match (declared, value_type) {
        ("int", Type::Integer) => Fit::Widens("bigint"),
        ("bigint", Type::Float) => Fit::WidensIfExact("double"),
        _ if declared == column_type(value_type) => Fit::Holds,
        _ => Fit::Refuses,
    }
}

fn table(columns: &[(&str, &str, bool)], identity: &[&str]) -> Table {
    let column = |&(name, sql_type, is_required): &(&str, &str, bool)| TableColumn {
        name: name.to_owned(),
        sql_type: sql_type.to_owned(),
        is_required,
        has_default: false,
    };
    let index = UniqueIndex {
        name: "weather_identity".to_owned(),
        columns: identity.iter().map(ToString::to_string).collect(),
    };
    let unique = if identity.is_empty() { vec![] } else { vec![index] };
    Table { columns: columns.iter().map(column).collect(), unique }
}

fn statements(schema: &Schema, table: Option<&Table>, dialect: &Dialect) -> Vec<String> {
    plan(schema, table, dialect).unwrap().statements
}

#[test]
fn a_new_table_has_an_identity_and_comments() {
    let expected = [
        "CREATE TABLE \"weather\" (\"time\" text NOT NULL, \"city\" text DEFAULT '' NOT NULL, \"temp\" double)",
        "CREATE UNIQUE INDEX \"weather_identity\" ON \"weather\" (\"time\", \"city\")",
        "COMMENT ON TABLE \"weather\" IS E'Weather at one place.'",
        "COMMENT ON COLUMN \"weather\".\"temp\" IS E'Air temperature. Unit: °C'",
    ];
    assert_eq!(statements(Weather::schema(), None, &ALTERING), expected);
    assert_eq!(statements(Weather::schema(), None, &FIXED), expected[..2]);
}

#[test]
fn a_table_that_fits_is_left_alone() {
    let fitting = table(
        &[("time", "text", true), ("city", "text", true), ("temp", "double", false)],
        &["city", "time"],
    );
    assert!(statements(Weather::schema(), Some(&fitting), &ALTERING).is_empty());
}

#[test]
fn a_new_tag_swaps_the_index() {
    let old = table(&[("time", "text", true), ("temp", "double", false)], &["time"]);
    let Plan { statements, layout, .. } = plan(Weather::schema(), Some(&old), &ALTERING).unwrap();
    assert_eq!(
        statements,
        [
            "ALTER TABLE \"weather\" ADD COLUMN \"city\" text DEFAULT '' NOT NULL",
            "DROP INDEX \"weather_identity\"",
            "CREATE UNIQUE INDEX \"weather_identity\" ON \"weather\" (\"time\", \"city\")",
        ]
    );
    assert_eq!(layout.identity, ["time", "city"]);
}

#[test]
fn a_tag_of_another_program_stays_in_the_identity() {
    let columns = [
        ("time", "text", true),
        ("city", "text", true),
        ("station", "text", true),
        ("temp", "double", false),
    ];
    let wide = table(&columns, &["time", "station"]);
    let Plan { layout, .. } = plan(Weather::schema(), Some(&wide), &ALTERING).unwrap();
    assert_eq!(
        (layout.identity, layout.absent_tags),
        (vec!["time".to_owned(), "station".to_owned(), "city".to_owned()], vec!["station".to_owned()],)
    );
}

#[test]
fn a_table_made_by_others_is_loosened_and_tightened_only_where_it_must_be() {
    let others = table(&[("time", "text", true), ("city", "text", false), ("temp", "double", true)], &[]);
    let index = "CREATE UNIQUE INDEX \"weather_identity\" ON \"weather\" (\"time\", \"city\")";
    let filled = "UPDATE \"weather\" SET \"city\" = '' WHERE \"city\" IS NULL";
    let expected = [
        filled,
        "ALTER TABLE \"weather\" ALTER COLUMN \"city\" SET DEFAULT ''",
        "ALTER TABLE \"weather\" ALTER COLUMN \"city\" SET NOT NULL",
        "ALTER TABLE \"weather\" ALTER COLUMN \"temp\" DROP NOT NULL",
        index,
    ];
    assert_eq!(statements(Weather::schema(), Some(&others), &ALTERING), expected);

    let refused = plan(Weather::schema(), Some(&others), &FIXED).unwrap_err();
    assert!(matches!(refused, Mismatch::NotNull { column, .. } if column == "temp"));
    let others = table(&[("time", "text", true), ("city", "text", false), ("temp", "double", false)], &[]);
    assert_eq!(statements(Weather::schema(), Some(&others), &FIXED), [filled, index]);
}

#[test]
fn a_narrow_column_is_widened() {
    let narrow = table(&[("id", "int", true), ("title", "text", false)], &[]);
    let expected = [
        "ALTER TABLE \"task\" ALTER COLUMN \"id\" TYPE bigint",
        "CREATE UNIQUE INDEX \"task_identity\" ON \"task\" (\"id\")",
    ];
    assert_eq!(statements(Task::schema(), Some(&narrow), &ALTERING), expected);
}

#[test]
fn a_column_that_might_be_rounded_is_looked_at_before_it_is_widened() {
    let integers = table(
        &[("time", "text", true), ("city", "text", true), ("temp", "bigint", false)],
        &["city", "time"],
    );
    let Plan { statements, conditions, layout } =
        plan(Weather::schema(), Some(&integers), &ALTERING).unwrap();
    assert_eq!(statements, ["ALTER TABLE \"weather\" ALTER COLUMN \"temp\" TYPE double"]);
    assert_eq!(conditions.len(), 1);
    let condition = conditions.first().unwrap();
    assert_eq!(
        condition.question,
        "SELECT EXISTS (SELECT 1 FROM \"weather\" WHERE \"temp\" NOT BETWEEN -9007199254740992 AND 9007199254740992)"
    );
    assert!(condition.mismatch.to_string().contains("bigint"), "{}", condition.mismatch);
    assert!(layout.columns.iter().any(|column| column.sql_type == "double"));
}

#[test]
fn a_key_the_table_does_not_have_is_refused() {
    let refused =
        plan(Task::schema(), Some(&table(&[("title", "text", false)], &[])), &ALTERING).unwrap_err();
    assert!(matches!(refused, Mismatch::MissingKey { column, .. } if column == "id"));
}

#[test]
fn a_name_over_the_limit_is_refused_and_so_is_that_of_its_index() {
    let named = |name: &'static str| Schema { name: name.into(), ..Task::schema().clone() };
    assert!(plan(&named("eleven_long"), None, &ALTERING).is_ok());
    for name in ["twelve_long_", "over_twenty_characters"] {
        assert!(matches!(plan(&named(name), None, &ALTERING), Err(Mismatch::LongName { .. })), "{name}");
    }
    assert!(matches!(plan(&named("a\0b"), None, &ALTERING), Err(Mismatch::BadName { .. })));
}
