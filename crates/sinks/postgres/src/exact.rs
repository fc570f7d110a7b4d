//! Sorting out the rows whose integers their column would round.

use record::{Batch, Refused, Type, Value};
use sink_sql::{LARGEST_EXACT, Layout};

/// The rows to write, and those that `double precision` columns of others would not hold as they are.
pub(crate) fn sift(layout: &Layout, batch: &Batch<'_>, rows: &[usize]) -> (Vec<usize>, Vec<Refused>) {
    let is_rounding =
        |column: &sink_sql::Held| column.value_type == Type::Integer && column.sql_type == "double precision";
    let columns: Vec<_> =
        layout.columns.iter().enumerate().filter(|(_, column)| is_rounding(column)).collect();
    let mut refused = Vec::new();
    let mut fits = |row: &usize| {
        let rounded = columns.iter().find_map(|(index, column)| match batch.value(*row, *index) {
            Value::Integer(number) if number.unsigned_abs() > LARGEST_EXACT.unsigned_abs() => {
                Some((number, column))
            }
            _ => None,
        });
        let Some((number, column)) = rounded else { return true };
        let reason =
            format!("`{}` is {number}, which its column of double precision would round", column.name);
        refused.push(Refused { row: *row, reason });
        false
    };
    let rows = rows.iter().copied().filter(|row| fits(row)).collect();
    (rows, refused)
}
