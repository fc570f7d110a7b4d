//! Contents of the stores of a world: InfluxDB, the embedded store, the spool.

use std::path::PathBuf;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::{Map, Value};
use spool::{DeadLetter, Limits, Spool};

use super::{REPORTS, World};

/// Tables that hold no records.
const INTERNAL: [&str; 1] = ["platform_state"];

impl World {
    /// The records in InfluxDB as line protocol, sorted, without run reports.
    pub fn lines(&self) -> String {
        self.stored_lines(|is_report| !is_report)
    }

    /// As [`World::lines`], without the times, which are those of the test where a device has read them.
    pub fn timeless(&self) -> String {
        let lines = self.lines();
        let without_time = |line: &str| line.rsplit_once(' ').map(|(line, _)| format!("{line} TIME\n"));
        lines.lines().filter_map(without_time).collect()
    }

    /// All records: those in InfluxDB as [lines](World::lines), then those of the embedded store as JSON.
    pub fn stored(&self) -> String {
        let rows = self.rows();
        let tables = if rows.is_empty() { String::new() } else { format!("{:#}\n", Value::from(rows)) };
        self.lines() + &tables
    }

    /// The run reports in InfluxDB as line protocol.
    pub fn report_lines(&self) -> String {
        self.stored_lines(|is_report| is_report)
    }

    /// The records in the embedded store: table by table, each row an object, sorted; without run reports.
    pub fn rows(&self) -> Map<String, Value> {
        let mut tables = self.tables();
        tables.remove(REPORTS);
        tables
    }

    /// The run reports in the embedded store.
    pub fn report_rows(&self) -> Vec<Value> {
        match self.tables().remove(REPORTS) {
            Some(Value::Array(rows)) => rows,
            _ => Vec::new(),
        }
    }

    /// Number of batches in the spool.
    pub fn waiting(&self) -> u64 {
        self.spool().map_or(0, |spool| {
            let names = spool.destinations().expect("a spool that can be read");
            names.iter().map(|name| spool.backlog(name).expect("a spool that can be read").batches).sum()
        })
    }

    /// Number of records in the spool, run reports included.
    pub fn waiting_records(&self) -> usize {
        self.spool().map_or(0, |spool| {
            let names = spool.destinations().expect("a spool that can be read");
            let records = |name: &String| spool.backlog(name).expect("a spool that can be read").records;
            usize::try_from(names.iter().map(records).sum::<u64>()).unwrap_or(usize::MAX)
        })
    }

    /// Dead letters.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.spool().map(|spool| spool.dead_letters().expect("a spool that can be read")).unwrap_or_default()
    }

    fn stored_lines(&self, wanted: impl Fn(bool) -> bool) -> String {
        let lines = self.influxdb().lines();
        let is_wanted = |line: &&str| wanted(line.starts_with(&format!("{REPORTS},")));
        lines.split_inclusive('\n').filter(is_wanted).collect()
    }

    fn spool(&self) -> Option<Spool> {
        let folder = PathBuf::from(self.settings.get("SPOOL_DIR")?);
        Spool::open_existing(&folder.join(format!("{}.db", self.program.name)), Limits::default())
            .ok()
            .flatten()
    }

    fn tables(&self) -> Map<String, Value> {
        let path = self.settings.get("SQLITE_PATH").map(PathBuf::from).unwrap_or_default();
        let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
            return Map::new();
        };
        read(&connection).expect("a store that can be read")
    }
}

fn read(connection: &Connection) -> rusqlite::Result<Map<String, Value>> {
    let mut names =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names = names.query_map((), |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let records = names.into_iter().filter(|name| !INTERNAL.contains(&name.as_str()));
    records.map(|name| Ok((name.clone(), rows(connection, &name)?))).collect()
}

fn rows(connection: &Connection, table: &str) -> rusqlite::Result<Value> {
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query_map((), |row| object(row, &columns))?.collect::<Result<Vec<_>, _>>()?;
    // Text that sorts, whatever the order the rows lie in.
    rows.sort_by_cached_key(Value::to_string);
    Ok(rows.into())
}

/// The row as an object, without absent values.
fn object(row: &Row<'_>, columns: &[String]) -> rusqlite::Result<Value> {
    let mut object = Map::new();
    for (index, column) in columns.iter().enumerate() {
        let value = match row.get_ref(index)? {
            ValueRef::Null => continue,
            ValueRef::Integer(number) => number.into(),
            ValueRef::Real(number) => number.into(),
            ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
        };
        object.insert(column.clone(), value);
    }
    Ok(Value::Object(object))
}
