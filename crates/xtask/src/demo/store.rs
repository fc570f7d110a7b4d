//! The embedded store that the demo fills, and its contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The store of one demo.
pub(super) struct Store {
    path: PathBuf,
}

/// A series from the store.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Series {
    /// Values in the order of their times, by the name of the series.
    pub(super) values: BTreeMap<String, Vec<f64>>,
    /// The first and the last time, as the store keeps them: RFC 3339.
    pub(super) span: Option<(String, String)>,
}

/// Selection of series.
pub(super) struct Selection<'a> {
    pub(super) measurement: &'a str,
    pub(super) time: &'a str,
    pub(super) field: &'a str,
    /// The tag that names a series; without it there is one.
    pub(super) by: Option<&'a str>,
}

impl Store {
    pub(super) fn at(folder: &Path) -> Self {
        Self { path: folder.join("demo.db") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The values of a field, oldest first, without absent ones.
    pub(super) fn series(&self, selection: &Selection<'_>) -> Result<Series, String> {
        self.query(selection).map_err(|error| error.to_string())
    }

    /// Number of records that a program has stored, by its run reports.
    pub(super) fn rows_of(&self, program: &str) -> Result<u64, String> {
        let count = |connection: &Connection| {
            let sql = "SELECT COALESCE(SUM(rows_out), 0) FROM pipeline_runs WHERE pipeline = ?1";
            connection.query_row(sql, [program], |row| row.get::<_, i64>(0))
        };
        let rows =
            self.open().and_then(|connection| count(&connection)).map_err(|error| error.to_string())?;
        Ok(u64::try_from(rows).unwrap_or_default())
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn query(&self, selection: &Selection<'_>) -> rusqlite::Result<Series> {
        let connection = self.open()?;
        let mut statement = connection.prepare(&sql(selection))?;
        let mut rows = statement.query([])?;
        let mut series = Series::default();
        while let Some(row) = rows.next()? {
            series.values.entry(row.get(0)?).or_default().push(row.get(1)?);
            let time: String = row.get(2)?;
            let first = series.span.take().map_or_else(|| time.clone(), |(first, _)| first);
            series.span = Some((first, time));
        }
        Ok(series)
    }
}

fn sql(selection: &Selection<'_>) -> String {
    let Selection { measurement, time, field, by } = selection;
    let name = by.map_or("''".to_owned(), quoted);
    let (field, time) = (quoted(field), quoted(time));
    format!(
        "SELECT {name}, CAST({field} AS REAL), {time} FROM {} WHERE {field} IS NOT NULL ORDER BY {time}",
        quoted(measurement)
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_series_in_the_order_of_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let rows = "CREATE TABLE tides (time TEXT, port TEXT, level REAL);
            INSERT INTO tides VALUES ('02', 'Brest', 2), ('01', 'Brest', 1), ('01', 'Hull', 5), ('03', 'Hull', NULL)";
        Connection::open(store.path()).unwrap().execute_batch(rows).unwrap();
        let selection = Selection { measurement: "tides", time: "time", field: "level", by: Some("port") };
        let series = store.series(&selection).unwrap();
        assert_eq!(series.values, [("Brest".into(), vec![1.0, 2.0]), ("Hull".into(), vec![5.0])].into());
        assert_eq!(series.span, Some(("01".into(), "02".into())));
    }
}
