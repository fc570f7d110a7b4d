//! Claims on tables that change with the records.

use fault::Kind;
use record::{Type, Value, WriteMode};

use crate::conformance::{Sample, Store, Writer, at, text};

fn weather() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float)
}

fn weather_by_station() -> Sample {
    Sample::measurement("weather").tag("city").tag("station").field("temp", Type::Float)
}

pub fn adds_a_new_column(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    let wider = weather().field("rain", Type::Float);
    writer.write(&wider.row([at(60), text("Oslo"), Value::Float(2.5), Value::Float(0.5)]));
    assert_eq!(store.run("SELECT temp, rain FROM weather ORDER BY time"), ["1.5|", "2.5|0.5"]);
}

pub fn keeps_a_column_that_is_gone(store: &impl Store) {
    let wider = weather().field("rain", Type::Float);
    Writer::to(store).write(&wider.row([at(0), text("Oslo"), Value::Float(1.5), Value::Float(0.5)]));
    let narrower = weather().row([at(0), text("Oslo"), Value::Float(2.5)]);
    Writer::to(store).write(&narrower.row([at(60), text("Oslo"), Value::Float(3.5)]));
    assert_eq!(store.run("SELECT temp, rain FROM weather ORDER BY time"), ["2.5|0.5", "3.5|"]);
}

pub fn a_new_tag_widens_the_identity(store: &impl Store) {
    Writer::to(store).write(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    let stations = weather_by_station()
        .row([at(0), text("Oslo"), text("north"), Value::Float(2.5)])
        .row([at(0), text("Oslo"), text("south"), Value::Float(3.5)])
        .row([at(0), text("Oslo"), Value::Null, Value::Float(4.5)]);
    let writer = Writer::to(store);
    writer.write(&stations);
    writer.write(&stations);
    let rows = store.run("SELECT station, temp FROM weather ORDER BY station");
    assert_eq!(rows, ["|4.5", "north|2.5", "south|3.5"]);
}

pub fn an_older_program_writes_on_after_a_new_tag(store: &impl Store) {
    let old = Writer::to(store);
    old.write(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    let newer = weather_by_station().row([at(0), text("Oslo"), text("north"), Value::Float(2.5)]);
    Writer::to(store).write(&newer);
    old.write(&weather().row([at(0), text("Oslo"), Value::Float(3.5)]));
    old.write(&weather().row([at(60), text("Oslo"), Value::Float(4.5)]));
    let rows = store.run("SELECT station, temp FROM weather ORDER BY time, station");
    assert_eq!(rows, ["|3.5", "north|2.5", "|4.5"]);
}

pub fn a_tag_cannot_become_a_field(store: &impl Store) {
    Writer::to(store).write(&weather().row([at(0), text("Oslo"), Value::Float(1.5)]));
    let sample = Sample::measurement("weather").field("city", Type::Text).row([at(0), text("Oslo")]);
    let (kind, message) = Writer::to(store).fail(&sample);
    assert_eq!(kind, Kind::Configuration);
    assert!(message.contains("`city`") && message.contains("`weather`"), "{message}");
}

pub fn a_key_cannot_change(store: &impl Store) {
    let table = || Sample::table("task", WriteMode::Upsert);
    Writer::to(store).write(&table().key("id", Type::Integer).row([Value::Integer(1)]));
    let added = table().key("id", Type::Integer).key("board", Type::Text).row([Value::Integer(1), text("a")]);
    let removed = table().key("name", Type::Text).row([text("a")]);
    for sample in [added, removed] {
        let (kind, message) = Writer::to(store).fail(&sample);
        assert_eq!(kind, Kind::Configuration);
        assert!(message.contains("`task`"), "{message}");
    }
    assert_eq!(store.run("SELECT id FROM task"), ["1"]);
}

pub fn two_programs_make_one_table(store: &impl Store) {
    at_once(store, |city| weather().row([at(0), text(city), Value::Float(1.5)]));
    assert_eq!(store.run("SELECT count(*) FROM weather"), ["4"]);
}

pub fn two_programs_widen_one_table(store: &impl Store) {
    Writer::to(store).write(&weather().row([at(60), text("Oslo"), Value::Float(1.5)]));
    at_once(store, |city| weather_by_station().row([at(0), text(city), text("north"), Value::Float(1.5)]));
    assert_eq!(store.run("SELECT count(*) FROM weather WHERE station = 'north'"), ["4"]);
}

fn at_once(store: &impl Store, sample: impl Fn(&'static str) -> Sample + Sync) {
    let (start, sample) = (std::sync::Barrier::new(4), &sample);
    std::thread::scope(|scope| {
        for city in ["Oslo", "Rome", "Lima", "Bonn"] {
            let start = &start;
            scope.spawn(move || {
                let writer = Writer::to(store);
                start.wait();
                assert!(writer.write(&sample(city)).is_empty());
            });
        }
    });
}
