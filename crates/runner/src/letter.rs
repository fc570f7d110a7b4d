//! Dead letters as records: refused rows in a form that a store can be offered again.

use std::borrow::Cow;

use record::{Batch, OwnedBatch, Schema};
use serde_json::{Map, Value, json};
use spool::DeadLetter;

/// Member of a letter that has the schema of a record whose columns are known at run time only.
const SCHEMA: &str = "_schema";

/// A dead letter, and the record in it.
pub(crate) struct Letter {
    pub(crate) dead: DeadLetter,
    /// The record as a batch of one row, or the reason that it is none.
    pub(crate) batch: Result<OwnedBatch, String>,
}

/// Letters of one store and one measurement or table, oldest first.
pub(crate) struct Group {
    pub(crate) destination: String,
    pub(crate) letters: Vec<Letter>,
}

/// The text of a letter: the row as JSON. A record whose columns are known at run time only brings its schema along.
pub(crate) fn text(batch: &Batch<'_>, row: usize) -> String {
    let text = serde_json::to_string(&batch.row(row)).unwrap_or_default();
    if matches!(batch.schema().columns, Cow::Borrowed(_)) {
        return text;
    }
    match (text.strip_suffix('}'), serde_json::to_string(batch.schema())) {
        (Some(members), Ok(schema)) => format!("{members},\"{SCHEMA}\":{schema}}}"),
        _ => text,
    }
}

/// The name of the record in a letter, for people.
pub(crate) fn name(dead: &DeadLetter) -> String {
    let row: Option<Map<String, Value>> = serde_json::from_str(&dead.record).ok();
    row.as_ref().and_then(named).map_or_else(|| "no record".to_owned(), |(_, name)| name.to_owned())
}

/// Groups letters by store and by measurement or table, in the order of the first of each.
pub(crate) fn groups(letters: Vec<DeadLetter>, records: &[&Schema]) -> Vec<Group> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    for dead in letters {
        let (destination, name) = (dead.destination.clone(), name(&dead));
        let letter = Letter { batch: batch(&dead, records), dead };
        match groups.iter_mut().find(|(known, group)| *known == name && group.destination == destination) {
            Some((_, group)) => group.letters.push(letter),
            None => groups.push((name, Group { destination, letters: vec![letter] })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn batch(dead: &DeadLetter, records: &[&Schema]) -> Result<OwnedBatch, String> {
    let row: Map<String, Value> = serde_json::from_str(&dead.record)
        .map_err(|_| "it is no record, but a message as it came".to_owned())?;
    let schema = match row.get(SCHEMA) {
        Some(schema) => serde_json::from_value(schema.clone()).map_err(|_| "its schema cannot be read")?,
        None => schema(&row, records)?,
    };
    let values: Vec<_> =
        schema.columns.iter().map(|column| row.get(&*column.name).cloned().unwrap_or_default()).collect();
    let bytes = json!({ "schema": schema, "rows": [values] }).to_string();
    OwnedBatch::from_bytes(bytes.as_bytes()).map_err(|error| fault::chain(&error))
}

/// The schema of a row: that of its name or, where a setting named the measurement, the one whose columns it has.
fn schema(row: &Map<String, Value>, records: &[&Schema]) -> Result<Schema, String> {
    let (shape, name) = named(row).ok_or("it is no record, but a message as it came")?;
    if let Some(schema) = records.iter().find(|schema| schema.name == name) {
        return Ok((*schema).clone());
    }
    let has_columns = |schema: &&&Schema| {
        let is_known = |member: &String| *member == shape || schema.column(member).is_some();
        schema.is_measurement() == (shape == "measurement") && row.keys().all(is_known)
    };
    let mut fitting = records.iter().filter(has_columns);
    match (fitting.next(), fitting.next()) {
        (Some(schema), None) => Ok(Schema { name: Cow::Owned(name.to_owned()), ..(*schema).clone() }),
        _ => Err(format!("this version of the program has no record `{name}` with its columns")),
    }
}

/// Whether a row is of a measurement or a table, and its name.
fn named(row: &Map<String, Value>) -> Option<(&'static str, &str)> {
    ["measurement", "table"].into_iter().find_map(|shape| Some((shape, row.get(shape)?.as_str()?)))
}

#[cfg(test)]
mod tests {
    use record::{Record, Timestamp};

    use super::*;

    /// Weather.
    #[derive(Record)]
    #[record(measurement = "weather")]
    struct Weather {
        #[record(time)]
        at: Timestamp,
        #[record(tag)]
        city: String,
        /// Temperature.
        temp: Option<f64>,
    }

    fn letter(record: &str) -> DeadLetter {
        let (destination, reason) = ("influxdb".to_owned(), "no".to_owned());
        DeadLetter { destination, record: record.to_owned(), reason, at: Timestamp::UNIX_EPOCH }
    }

    fn read(record: &str) -> Result<String, String> {
        let batch = batch(&letter(record), &[Weather::schema()])?;
        serde_json::to_string(&batch.batch().row(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_comes_back_from_its_letter_also_under_a_name_of_its_own() {
        let row = [Weather { at: Timestamp::UNIX_EPOCH, city: "Oslo".into(), temp: None }];
        for batch in [Batch::of(&row), Batch::of(&row).named("mine")] {
            let text = text(&batch, 0);
            assert!(!text.contains("_schema"), "{text}");
            assert_eq!(read(&text).unwrap(), text);
        }
    }

    #[test]
    fn a_record_of_a_schema_made_at_run_time_brings_it_along() {
        let row = [Weather { at: Timestamp::UNIX_EPOCH, city: "Oslo".into(), temp: Some(1.5) }];
        let owned = OwnedBatch::from_bytes(&Batch::of(&row).to_bytes().unwrap()).unwrap();
        let text = text(&owned.batch().named("other"), 0);
        let batch = batch(&letter(&text), &[]).unwrap();
        assert_eq!((&*batch.batch().schema().name, batch.len()), ("other", 1));
    }

    #[test]
    fn a_letter_that_is_no_record_says_so() {
        assert_eq!(read("21.5").unwrap_err(), "it is no record, but a message as it came");
        let unknown = r#"{"measurement":"wind","speed":1}"#;
        assert_eq!(
            read(unknown).unwrap_err(),
            "this version of the program has no record `wind` with its columns"
        );
    }
}
