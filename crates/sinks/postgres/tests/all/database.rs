//! A database for one test, of the server that all tests of a program share.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use postgres_client::Config;
use settings::{Settings as _, Source};
use sink_postgres::PostgresSink;
use sink_sql::conformance::Store;
use testkit::servers::Postgres;

pub(crate) struct Database {
    server: &'static Postgres,
    name: String,
    url: String,
}

impl Database {
    pub(crate) fn empty(name: &str) -> Option<Self> {
        let server = testkit::require(Postgres::shared())?;
        // PostgreSQL would cut a longer name, and testkit would not find the database again.
        let name: String = name.chars().take(60).collect();
        let url = server.fresh_database(&name).unwrap();
        Some(Self { server, name, url })
    }
}

impl Store for Database {
    type Sink = PostgresSink;

    fn sink(&self) -> PostgresSink {
        let config = Config::read(&mut Source::of([("POSTGRES_URL", self.url.as_str())])).unwrap();
        PostgresSink::new(config, tls::client_config(None).unwrap())
    }

    fn run(&self, sql: &str) -> Vec<String> {
        self.server.execute(&self.name, sql).unwrap().lines().map(str::to_owned).collect()
    }
}
