//! The claims of every SQL sink, against a file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sink_sql::conformance::Store;
use sink_sqlite::{Config, SqliteSink};

sink_sql::conformance!(File::empty);

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    #[expect(clippy::unnecessary_wraps, reason = "a store may be missing; this one never is")]
    fn empty(_name: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a folder/that is not there.db");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        Some(Self { _folder: folder, path })
    }
}

impl Store for File {
    type Sink = SqliteSink;

    fn sink(&self) -> SqliteSink {
        SqliteSink::new(&Config { path: self.path.clone() })
    }

    fn run(&self, sql: &str) -> Vec<String> {
        let connection = Connection::open(&self.path).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map((), |row| {
            Ok((0..columns).map(|column| text(row.get_ref(column).unwrap())).collect::<Vec<_>>().join("|"))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}
