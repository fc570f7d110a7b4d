//! State in an SQLite file, beside the tables of the records.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use embedded_db::BUSY_TIMEOUT;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::Error;
use crate::statement::{ALL, Change, GET};

/// With the six digits after the point that all times in the file have.
const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS platform_state (program TEXT NOT NULL, key TEXT NOT NULL, \
    value TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (program, key))";

/// State in an SQLite file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Absent until it is first needed, and after an error.
    connection: RefCell<Option<Connection>>,
}

impl Sqlite {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), connection: RefCell::new(None) }
    }

    pub(crate) fn get(&self, program: &str, key: &str) -> Result<Option<String>, Error> {
        self.run(|connection| {
            connection.prepare_cached(&spelled(GET))?.query_row([program, key], |row| row.get(0)).optional()
        })
    }

    pub(crate) fn all(&self, program: &str, beginning: &str) -> Result<Vec<(String, String)>, Error> {
        self.run(|connection| {
            connection
                .prepare_cached(&spelled(ALL))?
                .query_map([program, beginning], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Makes a change. Returns whether its condition held.
    pub(crate) fn change(&self, program: &str, key: &str, change: Change<'_>) -> Result<bool, Error> {
        let (statement, values) = change.statement(NOW);
        let parameters = [program, key].into_iter().chain(values);
        let changed = self.run(|connection| {
            connection.prepare_cached(&spelled(&statement))?.execute(params_from_iter(parameters))
        })?;
        Ok(changed > 0)
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let failed = |error| embedded_db::Error::from_sqlite(&self.path, error);
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let result = work(&connection).map_err(failed)?;
        self.connection.replace(Some(connection));
        Ok(result)
    }

    fn open(&self) -> Result<Connection, Error> {
        let connection = embedded_db::open(&self.path, BUSY_TIMEOUT)?;
        connection
            .execute_batch(TABLE)
            .map_err(|error| embedded_db::Error::from_sqlite(&self.path, error))?;
        Ok(connection)
    }
}

/// Both stores number their parameters, each with its own sign before the number.
fn spelled(statement: &str) -> String {
    statement.replace('$', "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_when_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let place = Sqlite::new(&folder.path().join("state.db"));
        place.change("weather", "cursor", Change::Set("1")).unwrap();
        let text = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
        let at =
            place.run(|connection| connection.query_row("SELECT updated_at FROM platform_state", (), text));
        let at = at.unwrap();
        assert_eq!(at.len(), "2026-11-22T04:28:17.000000Z".len());
        assert!(at.parse::<jiff::Timestamp>().is_ok(), "{at}");
    }
}
