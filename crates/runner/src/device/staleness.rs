//! Detection of stuck sensors, which show the same values for too many readings.

use std::collections::BTreeMap;

use record::{Batch, Refused, Role, Value};

/// Remembers the last values of each series, and the number of readings that showed them.
#[derive(Debug)]
pub(crate) struct Staleness {
    /// After so many identical readings in a row a series is stuck; 0 is never.
    limit: u32,
    series: BTreeMap<String, Shown>,
}

/// Last value of a series.
#[derive(Debug, Default)]
struct Shown {
    numbers: Vec<u64>,
    readings: u32,
}

impl Staleness {
    pub(crate) fn after(limit: u32) -> Self {
        Self { limit, series: BTreeMap::new() }
    }

    /// Looks at a reading. Returns the rows of series that are stuck: all of their numbers have been the
    /// same, bit for bit, for as many readings as make a sensor suspect.
    pub(crate) fn stuck(&mut self, batch: &Batch<'_>) -> Vec<Refused> {
        if self.limit == 0 {
            return Vec::new();
        }
        (0..batch.len())
            .filter_map(|row| {
                let readings = self.see(batch, row)?;
                let reason = format!("`{}` has shown the same for {readings} readings", batch.schema().name);
                (readings >= self.limit).then_some(Refused { row, reason })
            })
            .collect()
    }

    /// Number of readings in which a row's series has shown the same; `None` where it has no numbers.
    fn see(&mut self, batch: &Batch<'_>, row: usize) -> Option<u32> {
        let numbers: Vec<u64> = batch
            .cells(row)
            .filter(|(column, _)| column.role == Role::Field)
            .filter_map(|(_, value)| bits(value))
            .collect();
        if numbers.is_empty() {
            return None;
        }
        let shown = self.series.entry(series(batch, row)).or_default();
        if shown.numbers == numbers {
            shown.readings = shown.readings.saturating_add(1);
        } else {
            *shown = Shown { numbers, readings: 1 };
        }
        Some(shown.readings)
    }
}

fn bits(value: Value<'_>) -> Option<u64> {
    match value {
        Value::Float(number) => Some(number.to_bits()),
        Value::Integer(number) => Some(number.cast_unsigned()),
        _ => None,
    }
}

fn series(batch: &Batch<'_>, row: usize) -> String {
    let mut name = batch.schema().name.to_string();
    for (column, value) in batch.cells(row) {
        if let (Role::Tag | Role::Key | Role::Partition, Value::Text(text)) = (column.role, value) {
            name.extend(["\u{0}", &column.name, "=", text]);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use record::{Record, Timestamp};

    use super::*;

    /// The air.
    #[derive(Record)]
    #[record(measurement = "air")]
    struct Air {
        #[record(time)]
        at: Timestamp,
        #[record(tag)]
        room: &'static str,
        /// Dust.
        pm2: f64,
        /// Coarse dust.
        pm10: f64,
        /// In a word.
        quality: &'static str,
    }

    fn stuck(staleness: &mut Staleness, second: i64, rows: &[(&'static str, f64, f64)]) -> Vec<usize> {
        let at = Timestamp::from_second(second).unwrap();
        let air = |&(room, pm2, pm10): &(_, _, _)| Air { at, room, pm2, pm10, quality: "good" };
        let records: Vec<_> = rows.iter().map(air).collect();
        staleness.stuck(&Batch::of(&records)).into_iter().map(|refused| refused.row).collect()
    }

    #[test]
    fn the_same_numbers_for_too_long_are_reported_until_one_of_them_moves() {
        let mut staleness = Staleness::after(3);
        let same = [("attic", 1.0, 2.0)];
        assert_eq!(stuck(&mut staleness, 1, &same), [0; 0]);
        assert_eq!(stuck(&mut staleness, 2, &same), [0; 0]);
        assert_eq!(stuck(&mut staleness, 3, &same), [0]);
        assert_eq!(stuck(&mut staleness, 4, &same), [0]);
        assert_eq!(stuck(&mut staleness, 5, &[("attic", 1.0, 2.1)]), [0; 0]);
        assert_eq!(stuck(&mut staleness, 6, &[("attic", 1.0, 2.1)]), [0; 0]);
    }

    #[test]
    fn each_series_is_looked_at_by_itself() {
        let mut staleness = Staleness::after(2);
        stuck(&mut staleness, 1, &[("attic", 1.0, 1.0), ("cellar", 1.0, 1.0)]);
        assert_eq!(stuck(&mut staleness, 2, &[("attic", 1.5, 1.0), ("cellar", 1.0, 1.0)]), [1]);
    }

    #[test]
    fn nothing_is_ever_stuck_where_that_is_turned_off() {
        let mut staleness = Staleness::after(0);
        for second in 0..100 {
            assert_eq!(stuck(&mut staleness, second, &[("attic", 0.0, 0.0)]), [0; 0]);
        }
    }
}
