//! Whether the values of a record can be.

use record::{Batch, Refused};

/// Each row with a value outside of what its field can be: the field, the value, the range.
pub(crate) fn impossible(batch: &Batch<'_>) -> Vec<Refused> {
    if batch.schema().columns.iter().all(|column| column.valid.is_none()) {
        return Vec::new();
    }
    (0..batch.len()).filter_map(|row| problem(batch, row).map(|reason| Refused { row, reason })).collect()
}

fn problem(batch: &Batch<'_>, row: usize) -> Option<String> {
    batch.cells(row).find_map(|(column, value)| {
        let valid = column.valid.filter(|valid| !valid.allows(value))?;
        let unit = column.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let value = serde_json::to_string(&value).unwrap_or_default();
        // JSON has no word for a number that is none.
        let value = if value == "null" { "not a number".to_owned() } else { format!("{value}{unit}") };
        Some(format!("`{}` is {value}, and can only be {valid}{unit}", column.name))
    })
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
        /// Fine dust.
        #[record(unit = "µg/m³", valid = 0.0..=999.9)]
        pm2: f64,
        /// Carbon dioxide.
        #[record(unit = "ppm", valid = 1..)]
        co2: Option<i64>,
    }

    fn air(pm2: f64, co2: Option<i64>) -> Air {
        Air { at: Timestamp::UNIX_EPOCH, pm2, co2 }
    }

    #[test]
    fn a_value_outside_is_named_with_its_range() {
        let records = [air(1200.5, None), air(5.0, Some(0)), air(5.0, None), air(f64::NAN, Some(400))];
        let told: Vec<_> =
            impossible(&Batch::of(&records)).into_iter().map(|row| (row.row, row.reason)).collect();
        let expected = [
            (0, "`pm2` is 1200.5 µg/m³, and can only be 0 to 999.9 µg/m³".to_owned()),
            (1, "`co2` is 0 ppm, and can only be at least 1 ppm".to_owned()),
            (3, "`pm2` is not a number, and can only be 0 to 999.9 µg/m³".to_owned()),
        ];
        assert_eq!(told, expected);
    }
}
