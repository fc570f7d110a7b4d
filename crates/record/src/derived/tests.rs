//! Tests of the checks of schemas.

use super::*;

const fn column(name: &'static str, role: Role) -> Column {
    Column { name: Cow::Borrowed(name), role, ..BLANK }
}

#[test]
#[should_panic(expected = "two fields, one of them of a flattened struct, have the same name")]
fn a_duplicate_name_is_reported() {
    let columns = [column("at", Role::Time), column("temp", Role::Field), column("temp", Role::Field)];
    check(&columns, Shape::Measurement, false);
}

#[test]
#[should_panic(expected = "a table has keys and fields; times and tags belong to a measurement")]
fn a_tag_in_a_table_is_reported() {
    let columns = [column("id", Role::Key), column("sensor", Role::Tag)];
    check(&columns, Shape::Table(WriteMode::Upsert), false);
}

#[test]
#[should_panic(expected = "no field has the time: mark one with #[record(time)]")]
fn a_measurement_without_a_time_is_reported() {
    check(&[column("temp", Role::Field)], Shape::Measurement, false);
}
