//! The database of a claim: rows of a program in PostgreSQL, and another session that is in its way.

use std::collections::BTreeMap;
use std::thread;

use serde_json::{Map, Value};

use crate::servers::Postgres;
use crate::world::until;
use crate::{Program, require};

/// Sessions of the program that wait for a lock.
const WAITING: &str = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
/// The session that holds the lock.
const HOLDING: &str = "FROM pg_stat_activity WHERE datname = current_database() \
    AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()";

/// A fresh database of the server that all tests share.
pub(super) struct Database {
    server: &'static Postgres,
    name: String,
    /// Its URL, with a password.
    pub(super) url: String,
}

/// Locks on tables of a database, which another session holds until this is dropped.
pub(super) struct Locked<'a>(&'a Database);

/// A database on an address where nobody listens.
pub(super) const NO_DATABASE: &str = "postgres://nobody@127.0.0.1:1/none?sslmode=disable";

impl Database {
    /// A database for a claim; `None` where PostgreSQL is not installed.
    pub(super) fn fresh(program: &Program, claim: &str) -> Option<Self> {
        let server = require(Postgres::shared())?;
        let name = format!("{}_{claim}", program.name.replace('-', "_"));
        let url = server.fresh_database(&name).expect("a fresh database");
        Some(Self { server, name, url })
    }

    /// Runs SQL, and returns its rows as text.
    pub(super) fn execute(&self, sql: &str) -> String {
        self.server.execute(&self.name, sql).unwrap_or_else(|problem| panic!("{sql}: {problem}"))
    }

    /// Number of rows of each of these tables; 0 for a table that does not exist.
    pub(super) fn counts<'a>(&self, tables: impl IntoIterator<Item = &'a String>) -> BTreeMap<String, usize> {
        let count = |table: &String| {
            let exists = self.execute(&format!("SELECT to_regclass('\"{table}\"') IS NOT NULL"));
            let rows = if exists == "t" {
                self.execute(&format!("SELECT count(*) FROM \"{table}\""))
            } else {
                "0".into()
            };
            (table.clone(), rows.parse().expect("a number"))
        };
        tables.into_iter().map(count).collect()
    }

    /// Deletes the rows of every table, and leaves the tables.
    pub(super) fn empty(&self) {
        let list =
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables WHERE schemaname = 'public'";
        self.execute(&format!("TRUNCATE {}", self.execute(list)));
    }

    /// Locks these tables, so that a program that stores a row waits.
    pub(super) fn lock<'a>(&self, tables: impl IntoIterator<Item = &'a String>) -> Locked<'_> {
        let (server, name) = (self.server, self.name.clone());
        let tables: Vec<_> = tables.into_iter().map(|table| format!("\"{table}\"")).collect();
        let sql = format!("BEGIN; LOCK TABLE {}; SELECT pg_sleep(600); COMMIT", tables.join(", "));
        // It ends by an error: the session is ended while it holds the locks.
        thread::spawn(move || server.execute(&name, &sql));
        until("locks on the tables", || self.execute(&format!("SELECT count(*) {HOLDING}")) == "1");
        Locked(self)
    }
}

impl Locked<'_> {
    /// Waits until a program waits for a table.
    pub(super) fn wait(&self) {
        until("a program that stores rows", || self.0.execute(&format!("SELECT count(*) {WAITING}")) != "0");
    }

    /// Ends the connections of programs that wait.
    pub(super) fn disconnect(&self) {
        self.0.execute(&format!("SELECT pg_terminate_backend(pid) {WAITING}"));
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let _ = self.0.server.execute(&self.0.name, &format!("SELECT pg_terminate_backend(pid) {HOLDING}"));
    }
}

/// Number of rows of each table of the embedded store.
pub(super) fn counts(tables: &Map<String, Value>) -> BTreeMap<String, usize> {
    let rows = |value: &Value| value.as_array().map_or(0, Vec::len);
    tables.iter().map(|(name, value)| (name.clone(), rows(value))).collect()
}
