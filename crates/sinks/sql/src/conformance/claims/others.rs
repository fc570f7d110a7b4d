//! Claims on tables that others made.

use fault::Kind;
use record::{Type, Value, WriteMode};

use crate::conformance::{Sample, Store, Writer, at, text};

fn weather() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float)
}

pub fn writes_into_a_table_made_by_others(store: &impl Store) {
    store.run("CREATE TABLE weather (note varchar(20), city varchar(40), \"time\" timestamp, hits integer)");
    store.run("INSERT INTO weather VALUES ('mine', NULL, '2020-01-01 00:00:00', 1)");
    let sample = weather()
        .field("hits", Type::Integer)
        .row([at(0), text("Oslo"), Value::Float(1.5), Value::Integer(i64::MAX)])
        .row([at(0), Value::Null, Value::Float(2.5), Value::Integer(2)]);
    let writer = Writer::to(store);
    writer.write(&sample);
    writer.write(&sample);
    let rows = store.run("SELECT note, city, temp, hits FROM weather ORDER BY time, city");
    assert_eq!(rows, ["mine|||1", "||2.5|2", "|Oslo|1.5|9223372036854775807"]);
}

pub fn updates_rows_of_others_by_their_own_key(store: &impl Store) {
    store.run("CREATE TABLE task (id bigint PRIMARY KEY, note text, title text NOT NULL)");
    store.run("INSERT INTO task VALUES (1, 'mine', 'old')");
    let task = Sample::table("task", WriteMode::Upsert).key("id", Type::Integer).field("title", Type::Text);
    Writer::to(store).write(&task.row([Value::Integer(1), text("new")]));
    assert_eq!(store.run("SELECT id, note, title FROM task"), ["1|mine|new"]);
}

pub fn refuses_a_column_that_cannot_hold_its_values(store: &impl Store) {
    store.run("CREATE TABLE weather (\"time\" timestamp, city text, temp text)");
    store.run("INSERT INTO weather VALUES ('2020-01-01 00:00:00', 'Oslo', 'warm')");
    let (kind, message) = Writer::to(store).fail(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    assert_eq!(kind, Kind::Configuration);
    assert!(["`temp`", "`weather`", "ALTER TABLE"].iter().all(|word| message.contains(word)), "{message}");
    assert_eq!(store.run("SELECT temp FROM weather"), ["warm"]);
}

pub fn refuses_a_column_that_it_cannot_fill(store: &impl Store) {
    store.run(
        "CREATE TABLE weather (\"time\" timestamp, city text, temp double precision, station text NOT NULL)",
    );
    let (kind, message) = Writer::to(store).fail(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("`station`") && message.contains("`weather`"), "{message}");
}

pub fn duplicates_in_an_existing_table_are_reported(store: &impl Store) {
    store.run("CREATE TABLE task (id bigint, title text)");
    store.run("INSERT INTO task VALUES (1, 'a'), (1, 'b')");
    let task = Sample::table("task", WriteMode::Upsert).key("id", Type::Integer).field("title", Type::Text);
    let (kind, message) = Writer::to(store).fail(&task.row([Value::Integer(1), text("new")]));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("`task`") && message.to_lowercase().contains("unique"), "{message}");
    assert_eq!(store.run("SELECT title FROM task ORDER BY title"), ["a", "b"]);
}

pub fn a_view_is_no_table(store: &impl Store) {
    store.run("CREATE VIEW weather AS SELECT 1 AS temp");
    let (kind, message) = Writer::to(store).fail(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("`weather`"), "{message}");
}
