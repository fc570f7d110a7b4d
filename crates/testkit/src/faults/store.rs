//! A store that fails. No record is lost, and none is stored twice.

use http_sim::services::{InfluxDb, Point};
use http_sim::{FailureMode, InjectedFault, Reply, Request, Service};
use serde_json::json;

use super::{
    CONFIGURATION, DATA, SHORT, TEMPORARY, expect_exit, expect_failure, expect_one_alert, expected, nowhere,
    typical,
};
use crate::Program;
use crate::replay::Case;
use crate::world::{NOBODY, REPORTS, World};

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
    let case = Case::with_most_points(program);
    let all = World::of(program, &case);
    expect_exit(&all.run(&[]), 0);
    let is_report = |point: &Point| point.measurement == REPORTS;
    let mut records = all.influxdb().points().into_iter().filter(|point| !is_report(point));
    let refused = records.next_back().expect("the case stores something");

    let mut world = World::of(program, &case);
    world.serve_as_store(Picky { influxdb: world.influxdb().clone(), refused: refused.clone() });
    let outcome = world.run(&[]);
    expect_failure(&world, &outcome, DATA, "load");
    let mut others = all.influxdb().points();
    others.retain(|point| !is_report(point) && *point != refused);
    let mut stored = world.influxdb().points();
    stored.retain(|point| !is_report(point));
    assert_eq!(stored, others);
    let reasons: Vec<_> = world.dead_letters().into_iter().map(|letter| letter.reason).collect();
    assert!(matches!(reasons.as_slice(), [reason] if reason.contains(CONFLICTING)), "{reasons:?}");
    assert_eq!(world.waiting(), 0, "a refused record must not wait");
    expect_replayed(&mut world, &all);
}

/// The dead letter is offered to its store again: it stays while it is refused, and goes once it is stored.
fn expect_replayed(world: &mut World, all: &World) {
    world.forget_arguments();
    let listed = world.run(&["--replay-dead-letters", "--dry-run"]);
    expect_exit(&listed, 0);
    assert!(listed.stdout.contains(CONFLICTING), "{}", listed.stdout);
    let before = world.dead_letters();
    let again = world.run(&["--replay-dead-letters"]);
    expect_exit(&again, DATA);
    assert!(again.stdout.contains(CONFLICTING), "{}", again.stdout);
    let after = world.dead_letters();
    assert_eq!(after.len(), before.len());
    assert!(
        after.iter().zip(&before).all(|(after, before)| after.at > before.at),
        "the reason is the new one"
    );

    world.serve_as_store(world.influxdb().clone());
    expect_exit(&world.run(&["--replay-dead-letters", "--destination", "postgres"]), 0);
    assert_eq!(world.dead_letters().len(), before.len(), "another store's letters are left alone");
    let taken = world.run(&["--replay-dead-letters", "--destination", "influxdb"]);
    expect_exit(&taken, 0);
    assert_eq!(world.dead_letters(), []);
    let records = |world: &World| {
        let mut points = world.influxdb().points();
        points.retain(|point| point.measurement != REPORTS);
        points
    };
    assert_eq!(records(world), records(all));
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

/// The field that is in conflict, as the store calls it.
const CONFLICTING: &str = "field_in_conflict";

/// An InfluxDB that holds a field of one point as another type, as happens where types differ by shard.
#[derive(Clone)]
struct Picky {
    influxdb: InfluxDb,
    refused: Point,
}

impl Picky {
    fn refuses(&self, line: &str) -> bool {
        line_protocol::parse(line.as_bytes()).flatten().any(|point| {
            point.measurement == self.refused.measurement
                && point.time == Some(self.refused.time_ns)
                && point.tags.into_iter().eq(self.refused.tags.clone())
        })
    }
}

impl Service for Picky {
    fn reply(&self, request: &Request) -> Reply {
        let text = request.text();
        let (refused, others): (Vec<_>, Vec<_>) = text.lines().partition(|line| self.refuses(line));
        if refused.is_empty() {
            return self.influxdb.reply(request);
        }
        if !others.is_empty() {
            self.influxdb.reply(&Request { body: others.join("\n").into_bytes(), ..request.clone() });
        }
        let message = format!(
            "failure writing points to database: partial write: field type conflict: input field \"{CONFLICTING}\" \
             on measurement \"{}\" is type float, already exists as type string dropped=1",
            self.refused.measurement
        );
        Reply::json(422, &json!({"code": "unprocessable entity", "message": message}))
    }
}
