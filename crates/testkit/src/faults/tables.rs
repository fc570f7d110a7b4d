//! A PostgreSQL that fails. Rows of tables are not lost, and none is stored twice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{CONFIGURATION, TEMPORARY, expect_exit, typical};
use crate::servers::Postgres;
use crate::{Program, require};

/// Nobody listens.
pub fn rows_wait_for_a_database_that_is_down(program: &Program) {
    rows_wait(program, TEMPORARY, |_| "postgres://nobody@127.0.0.1:1/none?sslmode=disable".to_owned());
}

/// Another password.
pub fn rows_wait_for_a_password_that_works(program: &Program) {
    rows_wait(program, CONFIGURATION, |url| {
        let (user, rest) = url.split_once('@').expect("a URL with a password");
        format!("{user}-not@{rest}")
    });
}

/// A run with a wrong address fails and keeps its rows; the next one, with the right one, stores all of them.
fn rows_wait(program: &Program, exit: i32, wrong: fn(&str) -> String) {
    let Some(server) = require(Postgres::shared()) else { return };
    let alone = typical(program);
    expect_exit(&alone.run(&[]), 0);
    let expected = counts(&alone.rows());

    let database = format!("{}_{exit}", program.name.replace('-', "_"));
    let url = server.fresh_database(&database).expect("a fresh database");
    let mut world = typical(program);
    world.set("POSTGRES_URL", &wrong(&url));
    let outcome = world.run(&[]);
    expect_exit(&outcome, exit);
    assert!(world.waiting() > 0, "the rows wait in the spool\n{}", outcome.stderr);

    world.set("POSTGRES_URL", &url);
    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.waiting(), 0, "the spool is empty");
    let count = |table: &String| {
        let query = format!("SELECT count(*) FROM \"{table}\"");
        let answer = server.execute(&database, &query).expect("a table of the program");
        (table.clone(), answer.parse().expect("a number"))
    };
    assert_eq!(expected.keys().map(count).collect::<BTreeMap<_, usize>>(), expected);
}

/// How many rows each table has.
fn counts(tables: &serde_json::Map<String, Value>) -> BTreeMap<String, usize> {
    let rows = |value: &Value| value.as_array().map_or(0, Vec::len);
    tables.iter().map(|(name, value)| (name.clone(), rows(value))).collect()
}
