//! A PostgreSQL that fails, and runs that end while it stores. No row is lost, and none is stored twice.
//!
//! The rows are those of the program's tables, and of its measurements where it has no table.

use std::collections::BTreeMap;

use super::database::{Database, NO_DATABASE, counts};
use super::ending::both_work;
use super::refusal::{CONFLICTING, Refusal, letters_in_file};
use super::{CONFIGURATION, DATA, TEMPORARY, expect_exit, stores_tables};
use crate::replay::Case;
use crate::world::World;
use crate::{Program, Running};

/// Nobody listens.
pub fn rows_wait_for_a_database_that_is_down(program: &Program) {
    rows_wait(program, "down", TEMPORARY, |_| NO_DATABASE.to_owned());
}

/// Another password.
pub fn rows_wait_for_a_password_that_works(program: &Program) {
    rows_wait(program, "password", CONFIGURATION, |url| {
        let (user, rest) = url.split_once('@').expect("a URL with a password");
        format!("{user}-not@{rest}")
    });
}

/// The statement is not answered, and the time for the whole run is over.
pub fn rows_wait_for_a_database_that_stalls(program: &Program) {
    let Some(mut scene) = Scene::with_tables(program, "stall") else { return };
    scene.world.set("DEADLINE_SECONDS", "3");
    let locked = scene.database.lock(scene.expected.keys());
    expect_exit(&scene.world.run(&[]), TEMPORARY);
    drop(locked);
    scene.world.set("DEADLINE_SECONDS", "");
    scene.expect_made_good();
}

/// The connection ends while a row is stored.
pub fn rows_wait_for_a_database_that_ends_the_connection(program: &Program) {
    let Some(scene) = Scene::with_tables(program, "reset") else { return };
    let locked = scene.database.lock(scene.expected.keys());
    let running = scene.world.start(&[]);
    locked.wait();
    locked.disconnect();
    let outcome = scene.world.end(running);
    drop(locked);
    expect_exit(&outcome, TEMPORARY);
    assert!(scene.world.waiting() > 0, "the rows wait in the spool\n{}", outcome.stderr);
    scene.expect_made_good();
}

/// SIGTERM while a row is stored.
pub fn a_signal_ends_a_run_that_stores_rows(program: &Program) {
    let Some(scene) = Scene::with_tables(program, "signal") else { return };
    let outcome = scene.interrupted(|world, running| {
        running.terminate();
        world.end(running)
    });
    expect_exit(&outcome, TEMPORARY);
    assert!(scene.world.waiting() > 0, "the rows wait in the spool\n{}", outcome.stderr);
    scene.expect_made_good();
}

/// SIGKILL while a row is stored.
pub fn rows_of_a_run_killed_while_it_stores_are_stored_by_the_next(program: &Program) {
    let Some(scene) = Scene::with_tables(program, "killed") else { return };
    let outcome = scene.interrupted(|world, running| {
        running.kill();
        world.end(running)
    });
    assert_eq!(outcome.exit, None);
    scene.expect_made_good();
}

/// Two runs into an empty database, both of which make the tables.
pub fn two_runs_at_once_store_the_rows_of_one(program: &Program) {
    let Some(scene) = Scene::new(program, "two", &Case::typical(program)) else { return };
    both_work(&scene.world);
    scene.expect_stored();
}

/// Two runs while rows of an earlier one wait.
pub fn two_runs_at_once_deliver_rows_that_wait(program: &Program) {
    let Some(mut scene) = Scene::new(program, "deliver", &Case::typical(program)) else { return };
    scene.world.set("POSTGRES_URL", NO_DATABASE);
    expect_exit(&scene.world.run(&[]), TEMPORARY);
    scene.world.set("POSTGRES_URL", &scene.database.url);
    both_work(&scene.world);
    scene.expect_stored();
    assert_eq!(scene.world.waiting(), 0, "the spool is empty");
}

/// The database refuses one row. The others are stored, and the row is stored once it is replayed.
pub fn a_refused_row_does_not_keep_out_the_others(program: &Program) {
    let case = Case::with_most_points(program);
    let Some(mut scene) = Scene::new(program, "refused", &case) else { return };
    expect_exit(&scene.world.run(&[]), 0);
    let (table, _) = scene.expected.iter().max_by_key(|(_, rows)| **rows).expect("a table");
    let table = table.clone();
    refuse_a_row(&scene.database, &table);
    scene.world = world(program, &case);
    scene.world.set("POSTGRES_URL", &scene.database.url);
    let outcome = scene.world.run(&[]);
    expect_exit(&outcome, DATA);
    let found = letters_in_file(&scene.world);
    assert!(
        matches!(found.as_slice(), [letter] if letter.contains(CONFLICTING)),
        "{found:?}\n{}",
        outcome.stderr
    );
    let mut others = scene.expected.clone();
    others.entry(table.clone()).and_modify(|rows| *rows -= 1);
    assert_eq!(scene.database.counts(scene.expected.keys()), others);
    assert_eq!(scene.world.waiting(), 0, "a refused row must not wait");
    let refusal = Refusal { store: "postgres", another: "influxdb", letters: &letters_in_file };
    let database = &scene.database;
    refusal.expect_replayed(&mut scene.world, |_| {
        database.execute(&format!("DROP TRIGGER refuse ON \"{table}\""));
    });
    scene.expect_stored();
}

/// A program, its database, and the rows that the database has after a run in which all is well.
struct Scene {
    world: World,
    database: Database,
    expected: BTreeMap<String, usize>,
}

impl Scene {
    fn new(program: &Program, claim: &str, case: &Case) -> Option<Self> {
        let database = Database::fresh(program, claim)?;
        let alone = world(program, case);
        expect_exit(&alone.run(&[]), 0);
        let expected = counts(&alone.rows());
        assert!(!expected.is_empty(), "the test case stores no row");
        let mut world = world(program, case);
        world.set("POSTGRES_URL", &database.url);
        Some(Self { world, database, expected })
    }

    /// The same with tables that an earlier run has made, and that are empty.
    fn with_tables(program: &Program, claim: &str) -> Option<Self> {
        let case = Case::typical(program);
        let mut scene = Self::new(program, claim, &case)?;
        expect_exit(&scene.world.run(&[]), 0);
        scene.database.empty();
        scene.world = world(program, &case);
        scene.world.set("POSTGRES_URL", &scene.database.url);
        Some(scene)
    }

    /// A run that ends so while it stores.
    fn interrupted(&self, end: impl FnOnce(&World, Running) -> crate::Outcome) -> crate::Outcome {
        let locked = self.database.lock(self.expected.keys());
        let running = self.world.start(&[]);
        locked.wait();
        end(&self.world, running)
    }

    /// The next run stores every row once.
    #[track_caller]
    fn expect_made_good(&self) {
        expect_exit(&self.world.run(&[]), 0);
        self.expect_stored();
        assert_eq!(self.world.waiting(), 0, "the spool is empty");
    }

    #[track_caller]
    fn expect_stored(&self) {
        assert_eq!(self.database.counts(self.expected.keys()), self.expected);
    }
}

/// A world in which something goes to PostgreSQL once it is there: tables, or else everything.
fn world(program: &Program, case: &Case) -> World {
    let mut world = World::of(program, case);
    if !stores_tables(program) {
        world.use_embedded_store();
    }
    world
}

/// A run with a wrong address fails and keeps its rows; the next one, with the right one, stores all of them.
fn rows_wait(program: &Program, claim: &str, exit: i32, wrong: fn(&str) -> String) {
    let Some(mut scene) = Scene::new(program, claim, &Case::typical(program)) else { return };
    scene.world.set("POSTGRES_URL", &wrong(&scene.database.url));
    let outcome = scene.world.run(&[]);
    expect_exit(&outcome, exit);
    assert!(scene.world.waiting() > 0, "the rows wait in the spool\n{}", outcome.stderr);
    scene.world.set("POSTGRES_URL", &scene.database.url);
    scene.expect_made_good();
}

/// Deletes all rows, and lets the database refuse one of this table from now on.
fn refuse_a_row(database: &Database, table: &str) {
    database.execute(&format!("CREATE SCHEMA refused; CREATE TABLE refused.it AS SELECT to_jsonb(it) AS row FROM \"{table}\" it LIMIT 1"));
    database.empty();
    database.execute(&format!(
        "CREATE FUNCTION refused.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF to_jsonb(NEW) = (SELECT row FROM refused.it) THEN \
         RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = '{CONFLICTING}'; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER refuse BEFORE INSERT ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION refused.refuse()"
    ));
}
