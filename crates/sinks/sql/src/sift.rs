//! Choice of the rows to write: those the store can hold, each identity once.

use std::collections::{BTreeSet, HashMap};

use record::{Batch, Column, Refused, Shape, Value, WriteMode};

use crate::identity;

/// The rows of a batch, sorted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sifted {
    /// The rows to write, in the order of the batch.
    pub rows: Vec<usize>,
    /// The rows that no repeat would store, each with the reason.
    pub refused: Vec<Refused>,
}

/// Sorts out the rows of a valid batch. `fits` is the reason why the store cannot hold a value.
///
/// Of rows with the same identity the last one is written, as if they had come one after the other. Only an appending
/// write keeps all of them: there it is the store that keeps the first.
pub fn sift(batch: &Batch<'_>, fits: impl Fn(Value<'_>) -> Result<(), &'static str>) -> Sifted {
    let problem = |(column, value): (&Column, Value<'_>)| {
        fits(value).err().map(|problem| format!("`{}` {problem}", column.name))
    };
    let (mut rows, mut refused) = (Vec::with_capacity(batch.len()), Vec::new());
    for row in 0..batch.len() {
        match batch.cells(row).find_map(problem) {
            Some(reason) => refused.push(Refused { row, reason }),
            None => rows.push(row),
        }
    }
    if batch.schema().shape != Shape::Table(WriteMode::Append) {
        keep_last(batch, &mut rows);
    }
    Sifted { rows, refused }
}

/// Writes the rows of a batch that the store can hold, by `write`, and returns all that are refused, in their order.
///
/// `write` gets the words for its failure and the rows, and returns those the store refuses.
///
/// # Errors
///
/// The error of `write`.
pub async fn write_sifted<E>(
    batch: &Batch<'_>,
    fits: impl Fn(Value<'_>) -> Result<(), &'static str>,
    write: impl AsyncFnOnce(&str, &[usize]) -> Result<Vec<Refused>, E>,
) -> Result<Vec<Refused>, E> {
    let Sifted { rows, mut refused } = sift(batch, fits);
    if !rows.is_empty() {
        let failure = format!("table `{}` cannot be written", batch.schema().name);
        refused.extend(write(&failure, &rows).await?);
        refused.sort_by_key(|refused| refused.row);
    }
    Ok(refused)
}

fn keep_last(batch: &Batch<'_>, rows: &mut Vec<usize>) {
    let schema = batch.schema();
    let names: Vec<_> = identity::columns(schema).iter().map(|column| &column.name).collect();
    let identity: Vec<usize> = (0..schema.columns.len())
        .filter(|index| schema.columns.get(*index).is_some_and(|column| names.contains(&&column.name)))
        .collect();
    if identity.is_empty() {
        return;
    }
    let mut last = HashMap::with_capacity(rows.len());
    for row in rows.iter() {
        let mut key = Vec::new();
        identity::write_key(batch, *row, &identity, &mut key);
        last.insert(key, *row);
    }
    let last: BTreeSet<usize> = last.into_values().collect();
    rows.retain(|row| last.contains(row));
}

#[cfg(test)]
mod tests {
    use record::{Decimal, Record, Timestamp};

    use super::*;

    #[derive(Record)]
    #[record(measurement = "reading")]
    struct Reading {
        #[record(time)]
        at: Timestamp,
        #[record(tag)]
        room: Option<&'static str>,
        celsius: f64,
    }

    #[derive(Record)]
    #[record(table = "price")]
    struct Price {
        #[record(key)]
        amount: Decimal,
        #[record(key)]
        label: &'static str,
    }

    fn reading(nanos: i128, room: Option<&'static str>, celsius: f64) -> Reading {
        Reading { at: Timestamp::from_nanosecond(nanos).unwrap(), room, celsius }
    }

    #[test]
    fn of_one_identity_the_last_row_is_written() {
        let rows = [reading(0, None, 1.0), reading(5_000, None, 2.0), reading(999, Some(""), 3.0)];
        assert_eq!(sift(&Batch::of(&rows), |_| Ok(())).rows, [1, 2]);
    }

    #[test]
    fn equal_decimals_are_one_identity() {
        let price = |amount: &str, label| Price { amount: amount.parse().unwrap(), label };
        let rows = [price("1.0", "a"), price("1.00", "a"), price("1", "b")];
        assert_eq!(sift(&Batch::of(&rows), |_| Ok(())).rows, [1, 2]);
    }

    #[test]
    fn a_refused_row_does_not_hide_a_good_one() {
        let rows = [reading(0, None, 1.0), reading(0, None, 99.0)];
        let cool = |value: Value<'_>| if value == Value::Float(99.0) { Err("is hot") } else { Ok(()) };
        let sifted = sift(&Batch::of(&rows), cool);
        assert_eq!((sifted.rows.as_slice(), sifted.refused.len()), (&[0][..], 1));
    }

    #[test]
    fn values_the_store_cannot_hold_are_refused_by_name() {
        let rows = [reading(0, Some("attic"), 1.0), reading(1, Some("hall"), 1.0)];
        let no_attic =
            |value: Value<'_>| if value == Value::Text("attic") { Err("is the attic") } else { Ok(()) };
        let sifted = sift(&Batch::of(&rows), no_attic);
        assert_eq!(sifted.refused, [Refused { row: 0, reason: "`room` is the attic".to_owned() }]);
        assert_eq!(sifted.rows, [1]);
    }
}
