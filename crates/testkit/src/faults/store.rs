//! A store that fails. No record is lost, and none is stored twice.

use http_sim::{FailureMode, InjectedFault};

use super::refusal::{CONFLICTING, Refused, letters_in_file};
use super::{
    CONFIGURATION, DATA, SHORT, TEMPORARY, expect_exit, expect_failure, expect_one_alert, expected, nowhere,
    typical,
};
use crate::Program;
use crate::world::{NOBODY, World};

/// Nobody listens.
pub fn records_wait_for_a_store_that_is_down(program: &Program) {
    let mut world = typical(program);
    world.set("INFLUXDB_URL", NOBODY);
    expect_kept(&world, TEMPORARY);
    world.set("INFLUXDB_URL", "{{influxdb}}");
    expect_delivered(program, &world);
}

/// No answer.
pub fn records_wait_for_a_store_that_stalls(program: &Program) {
    let mut world = typical(program);
    world.set("HTTP_TIMEOUT_SECONDS", SHORT);
    fails_and_recovers(program, &world, FailureMode::Stall, TEMPORARY);
}

/// RST after the request.
pub fn records_wait_for_a_store_that_resets(program: &Program) {
    fails_and_recovers(program, &typical(program), FailureMode::Reset, TEMPORARY);
}

/// 500.
pub fn records_wait_for_a_store_that_fails(program: &Program) {
    fails_and_recovers(program, &typical(program), FailureMode::Status(500), TEMPORARY);
}

/// 503 with `Retry-After`.
pub fn records_wait_for_a_store_that_is_busy(program: &Program) {
    fails_and_recovers(program, &typical(program), FailureMode::Status(503), TEMPORARY);
}

/// 401.
pub fn records_wait_for_a_token_that_works(program: &Program) {
    let mut world = typical(program);
    world.set("INFLUXDB_TOKEN", "not-the-token");
    expect_kept(&world, CONFIGURATION);
    world.set("INFLUXDB_TOKEN", "{{token}}");
    expect_delivered(program, &world);
}

/// 404 of the bucket.
pub fn records_wait_for_a_bucket(program: &Program) {
    let mut world = typical(program);
    let right = "readings";
    world.set("INFLUXDB_BUCKET", "none-of-this-name");
    expect_kept(&world, CONFIGURATION);
    world.set("INFLUXDB_BUCKET", right);
    expect_delivered(program, &world);
}

/// A field of one record has had another type in the store. The others are stored, and the dead letter names it.
pub fn a_refused_record_does_not_keep_out_the_others(program: &Program) {
    let mut scene = Refused::of(program);
    let outcome = scene.world.run(&[]);
    expect_failure(&scene.world, &outcome, DATA, "load");
    scene.expect_others();
    let reasons: Vec<_> = scene.world.dead_letters().into_iter().map(|letter| letter.reason).collect();
    assert!(matches!(reasons.as_slice(), [reason] if reason.contains(CONFLICTING)), "{reasons:?}");
    assert_eq!(scene.world.waiting(), 0, "a refused record must not wait");
    scene.expect_replayed(&letters_in_file);
}

/// The embedded store finds no place for what was read, and neither does the spool.
pub fn a_full_disk_is_reported(program: &Program) {
    let mut world = typical(program);
    world.use_embedded_store();
    expect_exit(&world.run(&[]), 0);
    let before = world.rows();

    let outcome = world.run_with_file_limit(1024);
    expect_exit(&outcome, TEMPORARY);
    expect_one_alert(&world);
    assert!(outcome.stderr.contains("could not be kept"), "{}", outcome.stderr);

    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.rows(), before);
}

/// The embedded store has a path where no file can be.
pub fn a_read_only_folder_is_reported(program: &Program) {
    let mut world = typical(program);
    world.use_embedded_store();
    world.set("SQLITE_PATH", &format!("{}/platform.db", nowhere(&world)));
    let outcome = world.run(&[]);
    expect_failure(&world, &outcome, CONFIGURATION, "load");
    assert!(world.waiting() > 0, "what was read waits in the spool\n{}", outcome.stderr);
}

/// Nothing can be written anywhere, as in a container without a volume: the records arrive, and the log says of each
/// thing once that it cannot be kept.
pub fn a_run_needs_no_disk_when_its_store_is_elsewhere(program: &Program) {
    let mut world = typical(program);
    let nowhere = nowhere(&world);
    world.set("SQLITE_PATH", &format!("{nowhere}/platform.db"));
    world.set("SPOOL_DIR", &nowhere);
    let outcome = world.run(&[]);
    expect_exit(&outcome, 0);
    assert_eq!(world.stored(), expected(program));
    let count = |what: &str| outcome.stderr.matches(what).count();
    assert_eq!((count("the spool cannot"), count("alerts cannot be stored")), (1, 1), "{}", outcome.stderr);
}

fn fails_and_recovers(program: &Program, world: &World, kind: FailureMode, exit: i32) {
    world.store().set_fault(InjectedFault::always(kind));
    expect_kept(world, exit);
    world.store().clear_faults();
    expect_delivered(program, world);
}

/// The run fails, and what it read waits in the spool, its report with it.
fn expect_kept(world: &World, exit: i32) {
    let outcome = world.run(&[]);
    expect_failure(world, &outcome, exit, "load");
    assert_eq!(world.lines(), "");
    assert!(world.waiting() >= 2, "a batch and the run report wait in the spool\n{}", outcome.stderr);
}

/// The next run delivers the spool and its own records, and sends the resolution.
fn expect_delivered(program: &Program, world: &World) {
    expect_exit(&world.run(&[]), 0);
    assert_eq!(world.stored(), expected(program));
    assert_eq!(world.report_lines().lines().count(), 2, "{}", world.report_lines());
    assert_eq!(world.waiting(), 0, "the spool is empty");
    let alerts = world.alerts();
    assert!(matches!(alerts.as_slice(), [_, second] if second.contains("works again")), "{alerts:?}");
}
