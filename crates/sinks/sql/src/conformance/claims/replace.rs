//! Claims on replacing writes.

use record::{Type, Value, WriteMode};

use crate::conformance::{Sample, Store, Writer, text};

fn holding() -> Sample {
    Sample::table("holding", WriteMode::Replace).key("symbol", Type::Text).field("shares", Type::Integer)
}

fn rate() -> Sample {
    Sample::table("rate", WriteMode::Replace)
        .partition("day")
        .key("term", Type::Text)
        .field("percent", Type::Float)
}

pub fn a_replacing_write_swaps_the_table(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&holding().row([text("A"), Value::Integer(1)]).row([text("B"), Value::Integer(2)]));
    let new = holding().row([text("B"), Value::Integer(3)]).row([text("C"), Value::Integer(4)]);
    writer.write(&new);
    writer.write(&new);
    assert_eq!(store.run("SELECT symbol, shares FROM holding ORDER BY symbol"), ["B|3", "C|4"]);
}

pub fn a_replacing_write_swaps_only_its_partitions(store: &impl Store) {
    let row = |day, term, percent| [text(day), text(term), Value::Float(percent)];
    let writer = Writer::to(store);
    writer.write(&rate().row(row("mon", "1y", 1.5)).row(row("tue", "1y", 2.5)).row(row("tue", "2y", 2.75)));
    writer.write(&rate().row(row("tue", "5y", 5.5)).row(row("wed", "1y", 3.5)));
    let rows = store.run("SELECT day, term, percent FROM rate ORDER BY day, term");
    assert_eq!(rows, ["mon|1y|1.5", "tue|5y|5.5", "wed|1y|3.5"]);
}

pub fn a_replacing_write_needs_no_key(store: &impl Store) {
    let line = || Sample::table("line", WriteMode::Replace).partition("file").field("text", Type::Text);
    let writer = Writer::to(store);
    writer.write(
        &line().row([text("a"), text("one")]).row([text("b"), text("two")]).row([text("b"), text("two")]),
    );
    writer.write(&line().row([text("a"), text("new")]).row([text("a"), text("new")]));
    assert_eq!(store.run("SELECT file, text FROM line ORDER BY file"), ["a|new", "a|new", "b|two", "b|two"]);

    let whole = || Sample::table("whole", WriteMode::Replace).field("text", Type::Text);
    writer.write(&whole().row([text("old")]).row([text("old")]));
    writer.write(&whole().row([text("new")]));
    assert_eq!(store.run("SELECT text FROM whole"), ["new"]);
}

pub fn no_rows_replace_nothing(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&holding().row([text("A"), Value::Integer(1)]));
    writer.write(&holding());
    assert_eq!(store.run("SELECT symbol FROM holding"), ["A"]);
}

pub fn refused_rows_replace_nothing(store: &impl Store) {
    store.run("CREATE TABLE holding (symbol text PRIMARY KEY, shares bigint CHECK (shares > 0))");
    let writer = Writer::to(store);
    writer.write(&holding().row([text("A"), Value::Integer(1)]).row([text("B"), Value::Integer(2)]));
    let refused =
        writer.write(&holding().row([text("A"), Value::Integer(-1)]).row([text("C"), Value::Integer(-1)]));
    assert_eq!(refused.len(), 2);
    assert_eq!(store.run("SELECT symbol, shares FROM holding ORDER BY symbol"), ["A|1", "B|2"]);

    let refused =
        writer.write(&holding().row([text("A"), Value::Integer(-1)]).row([text("C"), Value::Integer(3)]));
    assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [0]);
    assert_eq!(store.run("SELECT symbol, shares FROM holding"), ["C|3"]);
}

pub fn a_replaced_row_keeps_columns_of_others(store: &impl Store) {
    let writer = Writer::to(store);
    writer.write(&holding().row([text("A"), Value::Integer(1)]).row([text("B"), Value::Integer(2)]));
    store.run("ALTER TABLE holding ADD COLUMN note text");
    store.run("UPDATE holding SET note = 'mine'");
    writer.write(&holding().row([text("A"), Value::Integer(9)]));
    assert_eq!(store.run("SELECT symbol, shares, note FROM holding"), ["A|9|mine"]);
}
