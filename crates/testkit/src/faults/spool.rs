//! A job without a volume: nothing can be written here, and its spool is in a bucket or in PostgreSQL.

use http_sim::services::InfluxDb;
use http_sim::{Delivery, Reply, Request, Service};

use super::database::{Database, NO_DATABASE, counts};
use super::ending::both_work;
use super::refusal::{CONFLICTING, Refused};
use super::{CONFIGURATION, DATA, TEMPORARY, expect_exit, nowhere, stores_tables, typical};
use crate::servers::S3;
use crate::world::{NOBODY, World, until};
use crate::{Program, require};

/// Seconds after which the lease of a killed run has expired.
const AFTER_THE_LEASE: i64 = 300;

/// Query of the number of batches that wait in PostgreSQL.
const WAITING: &str = "SELECT count(*) FROM platform_spool WHERE name LIKE 'batches/%'";

/// The bucket has what the stores did not take, for the next run; the state is in memory alone.
pub fn records_wait_in_a_bucket_where_there_is_no_disk(program: &Program) {
    let Some((mut scene, server)) = in_bucket(program, "wait") else { return };
    scene.expect_spooled("s3://");
    let batches = format!("landing/{}/batches/", program.name);
    assert!(server.keys(&batches).unwrap_or_default().len() >= 2, "the batch and the run report");
    scene.bring_stores_back();
    scene.expect_delivered();
    assert!(server.keys("").unwrap_or_default().is_empty(), "nothing is left in the bucket");
}

/// PostgreSQL has spool, state and alerts; the alert ends with the run that works.
pub fn records_wait_in_postgres_where_there_is_no_disk(program: &Program) {
    let Some((mut scene, database)) = in_postgres(program, "spool") else { return };
    scene.expect_spooled("platform_spool");
    assert_eq!(database.execute(WAITING), "2", "the batch and the run report");
    scene.bring_stores_back();
    scene.expect_delivered();
    assert_eq!(database.execute(WAITING), "0", "nothing is left in the database");
    let alerts = scene.world.alerts();
    assert!(matches!(alerts.as_slice(), [_, second] if second.contains("works again")), "{alerts:?}");
}

/// Two runs while records of an earlier one wait in the bucket.
pub fn two_runs_at_once_deliver_from_a_bucket(program: &Program) {
    let Some((mut scene, server)) = in_bucket(program, "two") else { return };
    scene.expect_spooled("s3://");
    scene.bring_stores_back();
    both_work(&scene.world);
    scene.expect_stored();
    assert!(server.keys("").unwrap_or_default().is_empty(), "nothing is left in the bucket");
}

/// Two runs while records of an earlier one wait in PostgreSQL.
pub fn two_runs_at_once_deliver_from_postgres(program: &Program) {
    let Some((mut scene, database)) = in_postgres(program, "spool_two") else { return };
    scene.expect_spooled("platform_spool");
    scene.bring_stores_back();
    both_work(&scene.world);
    scene.expect_stored();
    assert_eq!(database.execute(WAITING), "0", "nothing is left in the database");
}

/// SIGKILL after the store took a batch, and before it left the bucket. The lease of the run ends with its time.
pub fn a_run_killed_while_it_delivers_from_a_bucket(program: &Program) {
    let Some((mut scene, server)) = in_bucket(program, "killed") else { return };
    scene.expect_spooled("s3://");
    scene.kill_between_delivery_and_removal();
    let batches = format!("landing/{}/batches/", program.name);
    assert!(server.keys(&batches).unwrap_or_default().len() >= 2, "nothing has left the bucket");
    server.set_clock(AFTER_THE_LEASE);
    scene.bring_stores_back();
    scene.expect_delivered();
    assert!(server.keys("").unwrap_or_default().is_empty(), "nothing is left in the bucket");
}

/// SIGKILL after the store took a batch, and before it left PostgreSQL.
pub fn a_run_killed_while_it_delivers_from_postgres(program: &Program) {
    let Some((mut scene, database)) = in_postgres(program, "spool_killed") else { return };
    scene.expect_spooled("platform_spool");
    scene.kill_between_delivery_and_removal();
    assert_eq!(database.execute(WAITING), "2", "nothing has left the database");
    scene.bring_stores_back();
    scene.expect_delivered();
    assert_eq!(database.execute(WAITING), "0", "nothing is left in the database");
}

/// A record that its store refuses is a dead letter in the bucket, and is stored once it is replayed.
pub fn dead_letters_in_a_bucket_are_replayed(program: &Program) {
    let Some(server) = require(S3::start()) else { return };
    let mut refused = Refused::of(program);
    without_disk(&mut refused.world);
    spool_to_bucket(&mut refused.world, &server);
    let letters = |_: &World| {
        let keys = server.keys(&format!("landing/{}/dead-letters/", program.name)).unwrap_or_default();
        let text = |key: &String| String::from_utf8_lossy(&server.get(key).unwrap_or_default()).into_owned();
        keys.iter().map(text).collect()
    };
    expect_buried_and_replayed(refused, &letters);
}

/// The same in PostgreSQL.
pub fn dead_letters_in_postgres_are_replayed(program: &Program) {
    let Some(database) = Database::fresh(program, "spool_letters") else { return };
    let mut refused = Refused::of(program);
    without_disk(&mut refused.world);
    refused.world.set("SPOOL_URL", "postgres");
    refused.world.set("POSTGRES_URL", &database.url);
    let letters = |_: &World| {
        let letters = database.execute(
            "SELECT convert_from(content, 'UTF8') FROM platform_spool WHERE name LIKE 'dead-letters/%' ORDER BY name",
        );
        letters.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    expect_buried_and_replayed(refused, &letters);
}

/// The bucket refuses the key: the run works while its store does, and says what it could not keep when it does not.
pub fn a_refusing_bucket_is_reported(program: &Program) {
    let Some((mut scene, _server)) = in_bucket(program, "refuses") else { return };
    scene.world.set("AWS_ACCESS_KEY_ID", "another-key");
    let outcome = scene.world.run(&[]);
    expect_exit(&outcome, TEMPORARY);
    let message =
        "could not be kept: the spool in the bucket cannot be used: s3 list: 403 InvalidAccessKeyId";
    assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("another-key"), "{}", outcome.stderr);
    scene.bring_stores_back();
    expect_exit(&scene.world.run(&[]), 0);
    scene.expect_stored();
}

/// A bucket without a key is a mistake, and so is PostgreSQL as its own spool.
pub fn a_spool_that_cannot_be_is_a_mistake(program: &Program) {
    let mut world = typical(program);
    for (url, message) in [
        ("s3://landing", "AWS_ACCESS_KEY_ID is required for a bucket"),
        ("postgres", "SPOOL_URL is postgres, which needs POSTGRES_URL"),
        ("gopher://x", "SPOOL_URL must be s3://BUCKET, s3://BUCKET/PREFIX or postgres"),
    ] {
        world.set("SPOOL_URL", url);
        let outcome = world.run(&[]);
        expect_exit(&outcome, CONFIGURATION);
        assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    }
    world.use_embedded_store();
    world.set("SPOOL_URL", "postgres");
    world.set("POSTGRES_URL", "postgres://me@127.0.0.1:1/data");
    let outcome = world.run(&[]);
    expect_exit(&outcome, CONFIGURATION);
    assert!(outcome.stderr.contains("SPOOL_URL is postgres, the only store"), "{}", outcome.stderr);
}

/// A job without a disk, and its stores: InfluxDB, and PostgreSQL for the tables of a program that has some.
struct Scene<'a> {
    program: &'a Program,
    world: World,
    database: Option<Database>,
}

/// A job whose stores are away, and whose spool is in a bucket. `None` where a server is not installed.
fn in_bucket<'a>(program: &'a Program, claim: &str) -> Option<(Scene<'a>, S3)> {
    let server = require(S3::start())?;
    let database = if stores_tables(program) {
        Some(Database::fresh(program, &format!("bucket_{claim}"))?)
    } else {
        None
    };
    let mut scene = Scene { program, world: typical(program), database };
    without_disk(&mut scene.world);
    spool_to_bucket(&mut scene.world, &server);
    scene.world.set("INFLUXDB_URL", NOBODY);
    if scene.database.is_some() {
        scene.world.set("POSTGRES_URL", NO_DATABASE);
    }
    Some((scene, server))
}

/// A job whose store is away, and whose spool is in PostgreSQL. `None` where PostgreSQL is not installed.
fn in_postgres<'a>(program: &'a Program, claim: &str) -> Option<(Scene<'a>, Database)> {
    let database = Database::fresh(program, claim)?;
    let mut world = typical(program);
    without_disk(&mut world);
    world.set("SPOOL_URL", "postgres");
    world.set("POSTGRES_URL", &database.url);
    world.set("INFLUXDB_URL", NOBODY);
    Some((Scene { program, world, database: None }, database))
}

fn without_disk(world: &mut World) {
    let nowhere = nowhere(world);
    world.set("SQLITE_PATH", &format!("{nowhere}/platform.db"));
    world.set("SPOOL_DIR", &nowhere);
}

fn spool_to_bucket(world: &mut World, server: &S3) {
    world.set("SPOOL_URL", &format!("s3://{}/landing", server.bucket()));
    for (name, value) in server.variables() {
        world.set(name, &value);
    }
}

impl Scene<'_> {
    fn bring_stores_back(&mut self) {
        self.world.serve_as_store(self.world.influxdb().clone());
        if let Some(database) = &self.database {
            self.world.set("POSTGRES_URL", &database.url);
        }
    }

    /// Kills a run whose store has taken the first batch and does not say so.
    fn kill_between_delivery_and_removal(&mut self) {
        self.world.serve_as_store(Silent(self.world.influxdb().clone()));
        let running = self.world.start(&[]);
        until("a batch in the store", || !self.world.lines().is_empty());
        running.kill();
        assert_eq!(self.world.end(running).exit, None);
    }

    #[track_caller]
    fn expect_spooled(&self, place: &str) {
        let outcome = self.world.run(&[]);
        expect_exit(&outcome, TEMPORARY);
        assert!(outcome.stderr.contains(" for the next run"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(place), "{}", outcome.stderr);
        assert_eq!(self.world.lines(), "");
        self.expect_no_file();
    }

    /// The next run delivers what waited and what it read itself.
    #[track_caller]
    fn expect_delivered(&self) {
        let outcome = self.world.run(&[]);
        expect_exit(&outcome, 0);
        self.expect_stored();
        assert_eq!(self.world.report_lines().lines().count(), 2, "{}", self.world.report_lines());
        assert!(!outcome.stderr.contains("the spool cannot"), "{}", outcome.stderr);
        self.expect_no_file();
    }

    /// Each record is stored once: points in InfluxDB, rows of tables by their number.
    #[track_caller]
    fn expect_stored(&self) {
        let alone = typical(self.program);
        expect_exit(&alone.run(&[]), 0);
        assert_eq!(self.world.lines(), alone.lines());
        let rows = counts(&alone.rows());
        if let Some(database) = &self.database {
            assert_eq!(database.counts(rows.keys()), rows);
        }
        assert!(!alone.stored().is_empty(), "the test case `typical` stores nothing");
    }

    #[track_caller]
    fn expect_no_file(&self) {
        let data = self.world.folder().join("data");
        assert!(!data.exists(), "a file was written to {}", data.display());
    }
}

/// The refused record is a letter, the others are stored, and so is the record after a replay.
fn expect_buried_and_replayed(mut refused: Refused, letters: &dyn Fn(&World) -> Vec<String>) {
    let outcome = refused.world.run(&[]);
    expect_exit(&outcome, DATA);
    refused.expect_others();
    let found = letters(&refused.world);
    assert!(
        matches!(found.as_slice(), [letter] if letter.contains(CONFLICTING)),
        "{found:?}\n{}",
        outcome.stderr
    );
    refused.expect_replayed(letters);
    assert!(!refused.world.folder().join("data").exists(), "the letters are not in a file");
}

/// An InfluxDB that stores what it gets, and never says so.
struct Silent(InfluxDb);

impl Service for Silent {
    fn reply(&self, request: &Request) -> Reply {
        self.0.reply(request).delivered(Delivery::Never)
    }
}
