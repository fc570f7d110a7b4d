//! Tests of PostgreSQL beyond the claims of all SQL sinks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, Ordering};

use crate::database::Database;
use fault::{Fault as _, Kind};
use record::{Batch, Record, Timestamp, Type, Value, WriteMode};
use sink_sql::conformance::{Sample, Store as _, Writer, at, text};

#[derive(Record)]
#[record(measurement = "weather")]
struct Weather {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    city: Option<&'static str>,
    temp: f64,
    rain: Option<f64>,
}

fn weather(count: i64) -> Vec<Weather> {
    let at = |second| Timestamp::from_second(1_795_000_000 + second).unwrap();
    let rain = |second| (second % 3 == 0).then_some(0.1);
    (0..count)
        .map(|second| Weather { at: at(second), city: Some("Oslo"), temp: 1.5, rain: rain(second) })
        .collect()
}

fn temperature() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float)
}

#[test]
fn a_hundred_thousand_rows_written_again_change_none() {
    let Some(database) = Database::empty("repeat") else { return };
    let mut rows = weather(100_000);
    Writer::to(&database).try_write(&Batch::of(&rows)).unwrap();
    let written_by = "SELECT count(*), count(DISTINCT xmin::text) FROM weather";
    assert_eq!(database.run(written_by), ["100000|1"]);
    let before = database.run("SELECT xmin FROM weather LIMIT 1");

    let writer = Writer::to(&database);
    writer.try_write(&Batch::of(&rows)).unwrap();
    assert_eq!(database.run("SELECT DISTINCT xmin::text FROM weather"), before, "the repeat rewrote rows");

    rows[7].temp = 2.5;
    writer.try_write(&Batch::of(&rows)).unwrap();
    assert_eq!(database.run(written_by), ["100000|2"]);
}

#[test]
fn readers_never_see_a_replaced_table_empty() {
    let Some(database) = Database::empty("replace") else { return };
    let rows = |odd: i64| {
        let holding = Sample::table("holding", WriteMode::Replace).key("id", Type::Integer);
        (0..200).fold(holding, |sample, id| sample.row([Value::Integer(2 * id + odd)]))
    };
    Writer::to(&database).write(&rows(0));
    let (database, is_done) = (&database, &AtomicBool::new(false));
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut seen = Vec::new();
            while !is_done.load(Ordering::Relaxed) {
                seen.extend(database.run("SELECT count(*), count(DISTINCT id % 2) FROM holding"));
            }
            seen
        });
        let writers: Vec<_> = [0, 1]
            .map(|odd| {
                scope.spawn(move || {
                    let writer = Writer::to(database);
                    (0..20).for_each(|_| assert!(writer.write(&rows(odd)).is_empty()));
                })
            })
            .into();
        for writer in writers {
            writer.join().unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
        let seen = reader.join().unwrap();
        assert!(seen.iter().all(|counts| counts == "200|1"), "{seen:?}");
    });
}

#[test]
fn columns_have_the_types_and_comments_of_the_record() {
    let Some(database) = Database::empty("types") else { return };
    let sample = temperature().optional("seen", Type::Timestamp).optional("day", Type::Date);
    let sample =
        sample.optional("price", Type::Decimal).optional("raw", Type::Json).optional("hits", Type::Integer);
    let row = [
        at(0),
        text("Oslo"),
        Value::Float(1.5),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
    ];
    Writer::to(&database).write(&sample.row(row));
    let columns = "SELECT attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) \
        FROM pg_attribute WHERE attrelid = 'weather'::regclass AND attnum > 0 ORDER BY attnum";
    let expected = [
        "time|timestamp with time zone|t|It's told. Unit: °C",
        "city|text|t|It's told. Unit: °C",
        "temp|double precision|f|It's told. Unit: °C",
        "seen|timestamp with time zone|f|It's told. Unit: °C",
        "day|date|f|It's told. Unit: °C",
        "price|numeric|f|It's told. Unit: °C",
        "raw|jsonb|f|It's told. Unit: °C",
        "hits|bigint|f|It's told. Unit: °C",
    ];
    assert_eq!(database.run(columns), expected);
    assert_eq!(database.run("SELECT obj_description('weather'::regclass)"), ["What it's about."]);
}

#[test]
fn a_name_the_server_would_cut_is_refused() {
    let Some(database) = Database::empty("names") else { return };
    let long: &'static str = "a".repeat(64).leak();
    let sample = temperature().field(long, Type::Float);
    let (kind, message) =
        Writer::to(&database).fail(&sample.row([at(0), text(""), Value::Float(0.0), Value::Float(0.0)]));
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains(long), "{message}");
}

#[test]
fn values_only_this_store_cannot_hold_are_refused_by_name() {
    let Some(database) = Database::empty("refused") else { return };
    // An index entry holds a third of a page, and this text cannot be compressed into one.
    let endless: String = (0..20_000_u32)
        .map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 25) as u8 % 90))
        .collect();
    let sample = temperature()
        .row([at(0), text("a\0b"), Value::Float(1.5)])
        .row([at(0), Value::Text(endless.leak()), Value::Float(1.5)])
        .row([at(0), text("Oslo"), Value::Float(1.5)]);
    let refused = Writer::to(&database).write(&sample);
    assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [0, 1], "{refused:?}");
    assert!(refused[0].reason.contains("`city`") && refused[1].reason.contains("54000"), "{refused:?}");
    assert_eq!(database.run("SELECT city FROM weather"), ["Oslo"]);
}

#[test]
fn a_table_that_refuses_every_row_is_not_asked_about_each() {
    let Some(database) = Database::empty("all_refused") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp float8 CHECK (temp > 100))");
    let rows: Vec<_> = weather(5_000);
    let error = Writer::to(&database).try_write(&Batch::of(&rows)).unwrap_err();
    assert_eq!(error.kind(), Kind::Rejected);
    assert!(fault::chain(&error).contains("23514"), "{}", fault::chain(&error));
    assert_eq!(database.run("SELECT count(*) FROM weather"), ["0"]);
}

#[test]
fn a_lost_connection_is_made_again() {
    let Some(database) = Database::empty("lost") else { return };
    let writer = Writer::to(&database);
    writer.write(&temperature().row([at(0), text("Oslo"), Value::Float(1.5)]));
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lost' AND pid <> pg_backend_pid()");
    let next = temperature().row([at(1), text("Oslo"), Value::Float(1.5)]);
    // Whether the loss is noticed before or while writing is a matter of luck; it is never more than one write.
    if let Err(error) = writer.try_write(&next.batch()) {
        assert_eq!(error.kind(), Kind::Temporary);
        writer.write(&next);
    }
    assert_eq!(database.run("SELECT count(*) FROM weather"), ["2"]);
}

#[test]
fn a_table_that_was_dropped_is_made_again() {
    let Some(database) = Database::empty("dropped") else { return };
    let writer = Writer::to(&database);
    let sample = temperature().row([at(0), text("Oslo"), Value::Float(1.5)]);
    writer.write(&sample);
    database.run("DROP TABLE weather");
    writer.write(&sample);
    assert_eq!(database.run("SELECT count(*) FROM weather"), ["1"]);
}

#[test]
fn a_read_only_database_is_reported_by_check() {
    let Some(database) = Database::empty("read_only") else { return };
    database.run("ALTER DATABASE read_only SET default_transaction_read_only = on");
    let error = Writer::to(&database).check().unwrap_err();
    assert_eq!(error.kind(), Kind::Temporary);
}

#[test]
fn missing_rights_of_the_user_are_reported() {
    let Some(database) = Database::empty("rights") else { return };
    database.run("CREATE TABLE weather (\"time\" timestamptz, city text, temp float8)");
    database.run("DROP ROLE IF EXISTS reader; CREATE ROLE reader; ALTER DATABASE rights SET role = 'reader'");
    let (kind, message) =
        Writer::to(&database).fail(&temperature().row([at(0), text("Oslo"), Value::Float(1.5)]));
    assert_eq!(kind, Kind::Unauthorized, "{message}");
}
