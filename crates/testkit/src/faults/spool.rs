//! A job without a volume: nothing can be written here, and its spool is in a bucket or in PostgreSQL.

use std::path::Path;

use super::{CONFIGURATION, TEMPORARY, expect_exit, expected, nowhere, typical};
use crate::Program;
use crate::servers::{Postgres, S3};
use crate::world::{NOBODY, World};

/// The bucket has what the store did not take, for the next run; the state is in memory alone.
pub fn records_wait_in_a_bucket_where_there_is_no_disk(program: &Program) {
    let Some(server) = crate::require(S3::start()) else { return };
    let mut world = without_a_disk(program, &server);
    expect_spooled(&world, "s3://");
    let batches = format!("landing/{}/batches/", program.name);
    assert_eq!(server.keys(&batches).unwrap_or_default().len(), 2, "the batch and the run report");
    world.set("INFLUXDB_URL", "{{influxdb}}");
    expect_delivered(program, &world);
    assert!(server.keys("").unwrap_or_default().is_empty(), "nothing is left in the bucket");
}

/// PostgreSQL has spool, state and alerts; the alert ends with the run that works.
pub fn records_wait_in_postgres_where_there_is_no_disk(program: &Program) {
    let Some(server) = crate::require(Postgres::shared()) else { return };
    let database = format!("spool_{}", program.name.replace('-', "_"));
    let mut world = typical(program);
    write_nowhere(&mut world);
    world.set("SPOOL_URL", "postgres");
    let url = server.fresh_database(&database);
    world.set("POSTGRES_URL", &url.expect("PostgreSQL makes a database"));
    let count = || server.execute(&database, "SELECT count(*) FROM platform_spool").unwrap_or_default();
    expect_spooled(&world, "platform_spool");
    assert_eq!(count(), "2", "the batch and the run report");
    world.set("INFLUXDB_URL", "{{influxdb}}");
    expect_delivered(program, &world);
    assert_eq!(count(), "0", "nothing is left in the database");
    let alerts = world.alerts();
    assert!(matches!(alerts.as_slice(), [_, second] if second.contains("works again")), "{alerts:?}");
}

/// Two runs while records of an earlier one wait in the bucket.
pub fn two_runs_at_once_deliver_from_a_bucket(program: &Program) {
    let Some(server) = crate::require(S3::start()) else { return };
    let mut world = without_a_disk(program, &server);
    expect_spooled(&world, "s3://");
    world.set("INFLUXDB_URL", "{{influxdb}}");
    for running in [world.start(&[]), world.start(&[])] {
        expect_exit(&world.end(running), 0);
    }
    assert_eq!(world.stored(), expected(program));
    assert!(server.keys("").unwrap_or_default().is_empty(), "nothing is left in the bucket");
}

/// The bucket refuses the key: the run works while its store does, and says what it could not keep when it does not.
pub fn a_refusing_bucket_is_reported(program: &Program) {
    let Some(server) = crate::require(S3::start()) else { return };
    let mut world = without_a_disk(program, &server);
    world.set("AWS_ACCESS_KEY_ID", "another-key");
    let outcome = world.run(&[]);
    expect_exit(&outcome, TEMPORARY);
    let message =
        "could not be kept: the spool in the bucket cannot be used: s3 list: 403 InvalidAccessKeyId";
    assert!(outcome.stderr.contains(message), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("another-key"), "{}", outcome.stderr);
    world.set("INFLUXDB_URL", "{{influxdb}}");
    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.stored(), expected(program));
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

/// The world of a job whose spool is in a bucket while its store is away.
fn without_a_disk(program: &Program, server: &S3) -> World {
    let mut world = typical(program);
    write_nowhere(&mut world);
    world.set("SPOOL_URL", &format!("s3://{}/landing", server.bucket()));
    for (name, value) in server.variables() {
        world.set(name, &value);
    }
    world
}

fn write_nowhere(world: &mut World) {
    let nowhere = nowhere(world);
    world.set("SQLITE_PATH", &format!("{nowhere}/platform.db"));
    world.set("SPOOL_DIR", &nowhere);
    world.set("INFLUXDB_URL", NOBODY);
}

#[track_caller]
fn expect_spooled(world: &World, place: &str) {
    let outcome = world.run(&[]);
    expect_exit(&outcome, TEMPORARY);
    assert!(outcome.stderr.contains(" for the next run"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(place), "{}", outcome.stderr);
    assert_eq!(world.lines(), "");
    let data: &Path = &world.folder().join("data");
    assert!(!data.exists(), "a file was written to {}", data.display());
}

#[track_caller]
fn expect_delivered(program: &Program, world: &World) {
    let outcome = world.run(&[]);
    expect_exit(&outcome, 0);
    assert_eq!(world.stored(), expected(program));
    assert_eq!(world.report_lines().lines().count(), 2, "{}", world.report_lines());
    assert!(!outcome.stderr.contains("the spool cannot"), "{}", outcome.stderr);
    assert!(!world.folder().join("data").exists());
}
