//! Writing a batch: one transaction that makes the table fit and stores the rows.

use record::{Batch, Refused};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use sink_sql::{Layout, Write, plan};

use crate::catalog;
use crate::dialect::SQLITE;
use crate::failure::Failure;
use crate::replace::delete_others;
use crate::value::stored;

/// Stores `rows` of the batch and returns those SQLite refuses.
pub(crate) fn rows(
    connection: &mut Connection,
    batch: &Batch<'_>,
    rows: &[usize],
) -> Result<Vec<Refused>, Failure> {
    // At once, so that two programs that find the same table too narrow do not both widen it.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let layout = fitting(&transaction, batch)?;
    let replaces = layout.write == Write::Replace;
    if replaces {
        delete_others(&transaction, &layout, batch, rows)?;
    }
    let refused = insert(&transaction, &layout, batch, rows)?;
    if replaces && !refused.is_empty() {
        let is_stored = |row: &&usize| !refused.iter().any(|refused| refused.row == **row);
        let stored: Vec<usize> = rows.iter().filter(is_stored).copied().collect();
        if stored.is_empty() {
            // Without rows, nothing is replaced.
            transaction.rollback()?;
            return Ok(refused);
        }
        delete_others(&transaction, &layout, batch, &stored)?;
    }
    transaction.commit()?;
    Ok(refused)
}

fn fitting(connection: &Connection, batch: &Batch<'_>) -> Result<Layout, Failure> {
    let table = catalog::table(connection, batch.schema())?;
    let plan = plan(batch.schema(), table.as_ref(), &SQLITE)?;
    for statement in &plan.statements {
        tracing::info!(statement, "changing the store");
        connection.execute_batch(statement).map_err(Failure::Definition)?;
    }
    Ok(plan.layout)
}

fn insert(
    connection: &Connection,
    layout: &Layout,
    batch: &Batch<'_>,
    rows: &[usize],
) -> rusqlite::Result<Vec<Refused>> {
    let parameters = (1..=layout.columns.len()).map(|index| format!("?{index}"));
    let values: Vec<_> = parameters.chain(layout.absent_tags.iter().map(|_| "''".to_owned())).collect();
    let mut statement = connection.prepare(&layout.insert(&format!("VALUES ({})", values.join(", "))))?;
    let mut refused = Vec::new();
    for row in rows {
        for (index, column) in layout.columns.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, stored(column, batch.value(*row, index)))?;
        }
        match statement.raw_execute() {
            Ok(_) => {}
            // Only this row was undone; the transaction goes on.
            Err(error) if is_about_the_row(&error) => {
                refused.push(Refused { row: *row, reason: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

fn is_about_the_row(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
    )
}
