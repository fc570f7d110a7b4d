//! Claims on rows that are not stored while the others are.

use record::{Type, Value};

use crate::conformance::{Sample, Store, Writer, at, text};

fn weather() -> Sample {
    Sample::measurement("weather").tag("city").field("temp", Type::Float)
}

/// The runner refuses such numbers; a store that gets one nevertheless keeps the others as they are.
pub fn a_number_that_is_none_changes_no_other(store: &impl Store) {
    let sample = weather()
        .row([at(0), text("Oslo"), Value::Float(f64::NAN)])
        .row([at(1), text("Oslo"), Value::Float(1.5)])
        .row([at(2), text("Oslo"), Value::Float(2.5)]);
    let refused = Writer::to(store).write(&sample);
    assert!(refused.iter().all(|refused| refused.row == 0 && refused.reason.contains("`temp`")));
    assert_eq!(
        store.run("SELECT temp FROM weather WHERE temp BETWEEN 1 AND 3 ORDER BY temp"),
        ["1.5", "2.5"]
    );
}

pub fn a_row_the_store_refuses_does_not_stop_the_others(store: &impl Store) {
    let type_of_time = "\"time\" timestamp NOT NULL, city text NOT NULL DEFAULT ''";
    store.run(&format!("CREATE TABLE weather ({type_of_time}, temp double precision CHECK (temp < 100))"));
    let sample = (0..50).fold(weather(), |sample, index| {
        let temp = if [7, 8, 31].contains(&index) { 451.0 } else { 1.5 };
        sample.row([at(index), text("Oslo"), Value::Float(temp)])
    });
    let refused = Writer::to(store).write(&sample);
    assert_eq!(refused.iter().map(|refused| refused.row).collect::<Vec<_>>(), [7, 8, 31]);
    assert!(
        refused.iter().all(|refused| refused.reason.to_lowercase().contains("constraint")),
        "{refused:?}"
    );
    assert_eq!(store.run("SELECT count(*) FROM weather"), ["47"]);
}
