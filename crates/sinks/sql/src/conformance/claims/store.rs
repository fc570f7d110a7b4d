//! Claims on the content of the store after a write.

use record::{Decimal, Timestamp, Type, Value, WriteMode};

use crate::conformance::{Sample, Store, Writer, at, text};

fn weather() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float).optional("gust", Type::Float)
}

pub fn makes_the_table_it_needs(store: &impl Store) {
    let writer = Writer::to(store);
    let refused = writer.write(&weather().row([at(0), text("Oslo"), Value::Float(-1.5), Value::Null]));
    assert!(refused.is_empty());
    assert_eq!(store.run("SELECT city, temp, gust FROM weather"), ["Oslo|-1.5|"]);
}

pub fn keeps_every_type(store: &impl Store) {
    use std::sync::LazyLock;
    static DOCUMENT: LazyLock<record::Json> =
        LazyLock::new(|| "{\"a\":[1,null]}".parse().unwrap_or_default());
    let sample = Sample::table("kinds", WriteMode::Upsert)
        .key("id", Type::Integer)
        .field("float", Type::Float)
        .field("boolean", Type::Boolean)
        .field("text", Type::Text)
        .field("timestamp", Type::Timestamp)
        .field("date", Type::Date)
        .field("decimal", Type::Decimal)
        .field("json", Type::Json)
        .row([
            Value::Integer(i64::MIN),
            Value::Float(0.1 + 0.2),
            Value::Boolean(true),
            text("naïve 'quoted' \\ 気温\n"),
            Value::Timestamp(Timestamp::UNIX_EPOCH),
            Value::Date(record::Date::constant(2026, 11, 22)),
            Value::Decimal(Decimal::MAX),
            Value::Json(&DOCUMENT),
        ]);
    assert!(Writer::to(store).write(&sample).is_empty());
    let holds =
        |condition: &str| store.run(&format!("SELECT count(*) FROM kinds WHERE {condition}")) == ["1"];
    assert!(holds("id = -9223372036854775807 - 1"), "integer");
    assert!(holds("\"float\" = 0.30000000000000004"), "float");
    assert!(holds("\"boolean\""), "boolean");
    assert!(holds("\"text\" = 'naïve ''quoted'' \\ 気温\n'"), "text");
    assert!(holds("CAST(\"timestamp\" AS text) LIKE '1970-01-01_00:00:00%'"), "timestamp");
    assert!(holds("CAST(\"date\" AS text) = '2026-11-22'"), "date");
    assert!(holds("CAST(\"decimal\" AS text) = '79228162514264337593543950335'"), "decimal");
    assert!(holds("CAST(json AS text) LIKE '{\"a\":%[1,%null]}'"), "json");
}

pub fn quotes_every_name(store: &impl Store) {
    let sample = Sample::table("order", WriteMode::Upsert)
        .key("Select \"all\"; --", Type::Text)
        .field("existing", Type::Integer)
        .field("new", Type::Integer)
        .row([text("a"), Value::Integer(1), Value::Integer(2)]);
    let writer = Writer::to(store);
    writer.write(&sample);
    writer.write(&sample);
    assert_eq!(store.run("SELECT \"Select \"\"all\"\"; --\", existing, \"new\" FROM \"order\""), ["a|1|2"]);
}

pub fn a_repeat_changes_nothing(store: &impl Store) {
    let sample = weather()
        .row([at(0), text("Oslo"), Value::Float(1.5), Value::Null])
        .row([at(0), text("Rome"), Value::Float(21.5), Value::Float(3.5)])
        .row([at(60), text("Oslo"), Value::Float(1.5), Value::Null]);
    Writer::to(store).write(&sample);
    Writer::to(store).write(&sample);
    let rows = store.run("SELECT city, temp, gust FROM weather ORDER BY time, city");
    assert_eq!(rows, ["Oslo|1.5|", "Rome|21.5|3.5", "Oslo|1.5|"]);
}

pub fn an_update_overwrites_with_absence(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&weather().row([at(0), text("Oslo"), Value::Float(1.5), Value::Float(9.5)]));
    writer.write(&weather().row([at(0), text("Oslo"), Value::Float(2.5), Value::Null]));
    assert_eq!(store.run("SELECT temp, gust FROM weather"), ["2.5|"]);
}

pub fn the_last_of_equal_rows_is_stored(store: &impl Store) {
    let sample = weather()
        .row([at(0), text("Oslo"), Value::Float(1.5), Value::Null])
        .row([at(0), text("Rome"), Value::Float(20.5), Value::Null])
        .row([at(0), text("Oslo"), Value::Float(2.5), Value::Null]);
    assert!(Writer::to(store).write(&sample).is_empty());
    assert_eq!(store.run("SELECT city, temp FROM weather ORDER BY city"), ["Oslo|2.5", "Rome|20.5"]);
}

pub fn times_differ_by_microseconds(store: &impl Store) {
    let time = |nanos| Value::Timestamp(Timestamp::from_nanosecond(nanos).unwrap_or_default());
    let row = |nanos, temp| [time(nanos), text(""), Value::Float(temp), Value::Null];
    let sample = weather().row(row(-1, 1.5)).row(row(-1_000, 2.5)).row(row(999, 3.5)).row(row(1_000, 4.5));
    Writer::to(store).write(&sample);
    assert_eq!(store.run("SELECT temp FROM weather ORDER BY time"), ["2.5", "3.5", "4.5"]);
}

pub fn an_absent_tag_is_the_empty_one(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&weather().row([at(0), Value::Null, Value::Float(1.5), Value::Null]));
    writer.write(&weather().row([at(0), text(""), Value::Float(2.5), Value::Null]));
    writer.write(&weather().row([at(0), Value::Null, Value::Float(3.5), Value::Null]));
    assert_eq!(store.run("SELECT temp FROM weather WHERE city = ''"), ["3.5"]);
}

pub fn an_append_keeps_existing_rows(store: &impl Store) {
    let event = |text| {
        let sample =
            Sample::table("event", WriteMode::Append).key("id", Type::Integer).field("text", Type::Text);
        sample.row([Value::Integer(1), Value::Text(text)])
    };
    let writer = Writer::to(store);
    writer.write(&event("first").row([Value::Integer(1), text("twin")]));
    writer.write(&event("later").row([Value::Integer(2), text("second")]));
    assert_eq!(store.run("SELECT id, text FROM event ORDER BY id"), ["1|first", "2|second"]);
}

pub fn an_append_without_keys_adds(store: &impl Store) {
    let sample = Sample::table("note", WriteMode::Append).field("text", Type::Text).row([text("again")]);
    let writer = Writer::to(store);
    writer.write(&sample);
    writer.write(&sample);
    assert_eq!(store.run("SELECT text FROM note"), ["again", "again"]);
}

pub fn a_batch_without_rows_does_nothing(store: &impl Store) {
    assert!(Writer::to(store).write(&weather()).is_empty());
}

pub fn the_sink_shows_that_it_can_write(store: &impl Store) {
    let writer = Writer::to(store);
    assert!(writer.check().is_ok());
    writer.write(&weather().row([at(0), text("Oslo"), Value::Float(1.5), Value::Null]));
    assert!(writer.check().is_ok());
}
