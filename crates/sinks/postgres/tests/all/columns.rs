//! Columns that others made: each value is kept as it is, or refused.

use crate::database::Database;
use fault::Kind;
use record::{Timestamp, Type, Value};
use sink_sql::conformance::{Sample, Store as _, Writer, at, text};

fn temperature() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float)
}

#[test]
fn narrow_columns_are_widened_and_keep_their_values() {
    let Some(database) = Database::empty("narrow") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz(0), city text, temp real, hits integer, price numeric(6,2))");
    database.run("INSERT INTO weather VALUES ('2020-01-01 00:00:00Z', 'Oslo', 0.5, 7, 1.25)");
    let sample = temperature().field("hits", Type::Integer).field("price", Type::Decimal).row([
        at(0),
        text("Oslo"),
        Value::Float(0.1),
        Value::Integer(i64::MAX),
        Value::Decimal("0.123456789".parse().unwrap()),
    ]);
    assert!(Writer::to(&database).write(&sample).is_empty());
    let rows = database.run("SELECT temp, hits, price FROM weather ORDER BY time");
    assert_eq!(rows, ["0.5|7|1.25", "0.1|9223372036854775807|0.123456789"]);
}

#[test]
fn a_text_longer_than_its_column_is_never_cut() {
    let Some(database) = Database::empty("cut") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz, city varchar(3), temp float8, sky varchar(3))");
    database.run("INSERT INTO weather VALUES ('2020-01-01 00:00:00Z', 'Ulm', 0.5, 'Fog')");
    let sample = temperature().field("sky", Type::Text);
    let sample = sample.row([at(0), text("Oslo"), Value::Float(1.5), text("Clear")]);
    assert!(Writer::to(&database).write(&sample).is_empty());
    assert_eq!(database.run("SELECT city, sky FROM weather ORDER BY time"), ["Ulm|Fog", "Oslo|Clear"]);
}

#[test]
fn a_padded_column_is_refused_and_left_alone() {
    let Some(database) = Database::empty("padded") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp float8, sky char(3))");
    let sample = temperature().field("sky", Type::Text);
    let (kind, message) =
        Writer::to(&database).fail(&sample.row([at(0), text("Oslo"), Value::Float(1.5), text("Clear")]));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("`sky`") && message.contains("character(3)"), "{message}");
    assert_eq!(database.run("SELECT count(*) FROM weather"), ["0"]);
}

#[test]
fn integers_become_floats_where_none_is_rounded() {
    let Some(database) = Database::empty("floats") else { return };
    database
        .run("CREATE TABLE weather (\"time\" timestamptz, city text, temp bigint, a integer, b smallint)");
    database
        .run("INSERT INTO weather VALUES ('2020-01-01 00:00:00Z', 'Oslo', -9007199254740992, 2147483647, 7)");
    database.run("INSERT INTO weather VALUES ('2020-01-02 00:00:00Z', 'Oslo', 9007199254740992, NULL, NULL)");
    let half = Value::Float(0.5);
    let sample = temperature().field("a", Type::Float).field("b", Type::Float);
    assert!(Writer::to(&database).write(&sample.row([at(0), text("Oslo"), half, half, half])).is_empty());
    let rows = database.run("SELECT temp::bigint, a, b FROM weather WHERE a > 1");
    assert_eq!(rows, ["-9007199254740992|2147483647|7"]);
    assert_eq!(database.run("SELECT temp, a, b FROM weather WHERE a < 1"), ["0.5|0.5|0.5"]);
}

#[test]
fn integers_that_would_be_rounded_are_left_alone() {
    let Some(database) = Database::empty("rounded") else { return };
    for large in ["9007199254740993", "-9007199254740993"] {
        database.run("DROP TABLE IF EXISTS weather");
        database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp bigint)");
        database.run(&format!("INSERT INTO weather VALUES ('2020-01-01 00:00:00Z', 'Oslo', {large})"));
        let writer = Writer::to(&database);
        let (kind, message) = writer.fail(&temperature().row([at(0), text("Oslo"), Value::Float(0.5)]));
        assert_eq!(kind, Kind::Configuration);
        assert!(["`temp`", "bigint", "2^53"].iter().all(|word| message.contains(word)), "{message}");
        assert_eq!(database.run("SELECT temp FROM weather"), [large]);
    }
}

#[test]
fn an_integer_that_a_float_column_would_round_is_refused_by_name() {
    let Some(database) = Database::empty("large") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp float8, hits float8)");
    let row = |second, hits| [at(second), text("Oslo"), Value::Float(1.5), Value::Integer(hits)];
    let sample = temperature().field("hits", Type::Integer);
    let sample = sample.row(row(0, 1 << 53)).row(row(1, (1 << 53) + 1)).row(row(2, i64::MIN));
    let refused = Writer::to(&database).write(&sample);
    assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [1, 2], "{refused:?}");
    assert!(refused.iter().all(|refused| refused.reason.contains("`hits`")), "{refused:?}");
    assert_eq!(database.run("SELECT hits::bigint FROM weather"), ["9007199254740992"]);
}

#[test]
fn a_float_keeps_its_digits_with_any_display_precision() {
    let Some(database) = Database::empty("digits") else { return };
    database.run("ALTER DATABASE digits SET extra_float_digits = 0");
    database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp numeric)");
    Writer::to(&database).write(&temperature().row([at(0), text(""), Value::Float(0.1 + 0.2)]));
    assert_eq!(database.run("SELECT temp FROM weather"), ["0.30000000000000004"]);
}

#[test]
fn a_time_without_zone_is_stored_in_utc_with_any_connection_zone() {
    let Some(database) = Database::empty("zone") else { return };
    database.run("ALTER DATABASE zone SET timezone = 'Asia/Tokyo'");
    database.run("CREATE TABLE weather (\"time\" timestamp, city text, temp numeric)");
    let sample =
        temperature().row([Value::Timestamp(Timestamp::UNIX_EPOCH), text(""), Value::Float(0.1 + 0.2)]);
    let writer = Writer::to(&database);
    writer.write(&sample);
    writer.write(&sample);
    assert_eq!(database.run("SELECT time, temp FROM weather"), ["1970-01-01 00:00:00|0.30000000000000004"]);
}
