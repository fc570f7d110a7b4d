//! Writing a batch: one transaction that makes the table fit and stores the rows.

use std::path::Path;

use fault::{Fault, Kind};
use record::{Batch, Refused, Value};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use sink::Error;
use sink_sql::{Layout, Mismatch, Write, plan};

use crate::dialect::SQLITE;
use crate::replace::delete_others;
use crate::value::stored;
use crate::{NAME, catalog};

/// Why a batch was not stored.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The table cannot be made to fit.
    Mismatch(Mismatch),
    /// SQLite refused to make it fit.
    Definition(rusqlite::Error),
    /// Anything else.
    Sqlite(rusqlite::Error),
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// The error of the sink, which failed at what `doing` says, in the file at `path`.
    pub(crate) fn told(self, doing: &str, path: &Path) -> Error {
        match self {
            Self::Mismatch(mismatch) => Error::caused(NAME, doing, mismatch),
            Self::Sqlite(error) => Error::caused(NAME, doing, embedded_db::Error::from_sqlite(path, error)),
            Self::Definition(error) => {
                let error = embedded_db::Error::from_sqlite(path, error);
                // The mismatch is of the table, not of the batch, and lasts for the next batches.
                let kind = if error.kind() == Kind::Rejected { Kind::Configuration } else { error.kind() };
                Error::new(NAME, kind, format!("{doing}: it cannot be made to fit its records"))
                    .with_source(error)
            }
        }
    }
}

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
            // No rows replace nothing.
            transaction.rollback()?;
            return Ok(refused);
        }
        delete_others(&transaction, &layout, batch, &stored)?;
    }
    transaction.commit()?;
    Ok(refused)
}

/// The value a row has in the column of that name.
pub(crate) fn value_of<'a>(layout: &Layout, batch: &'a Batch<'_>, row: usize, name: &str) -> Value<'a> {
    let index = layout.columns.iter().position(|column| column.name == name);
    index.map_or(Value::Null, |index| batch.value(row, index))
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
