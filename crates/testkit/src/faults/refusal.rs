//! A store that refuses one record, and the dead letter of the record, which is replayed.

use http_sim::services::{InfluxDb, Point};
use http_sim::{Reply, Request, Service};
use serde_json::json;

use super::{DATA, expect_exit};
use crate::Program;
use crate::replay::Case;
use crate::world::{REPORTS, World};

/// A world whose InfluxDB refuses one of the records of the program.
pub(super) struct Refused {
    pub(super) world: World,
    /// A world in which all is well, after a run.
    all: World,
    refused: Point,
}

/// A dead letter that can be replayed.
pub(super) struct Refusal<'a> {
    /// Destination of the letter.
    pub(super) store: &'a str,
    /// A destination that has no letter.
    pub(super) another: &'a str,
    /// The letters, wherever the spool is: a text for each, with its time.
    pub(super) letters: &'a dyn Fn(&World) -> Vec<String>,
}

/// The letters of a spool in a file.
pub(super) fn letters_in_file(world: &World) -> Vec<String> {
    world.dead_letters().iter().map(|letter| format!("{letter:?}")).collect()
}

impl Refused {
    pub(super) fn of(program: &Program) -> Self {
        let case = Case::with_most_points(program);
        let all = World::of(program, &case);
        expect_exit(&all.run(&[]), 0);
        let refused = records(&all).pop().expect("the case stores something");
        let mut world = World::of(program, &case);
        world.serve_as_store(Picky { influxdb: world.influxdb().clone(), refused: refused.clone() });
        Self { world, all, refused }
    }

    /// All records are stored, except the one that is refused.
    #[track_caller]
    pub(super) fn expect_others(&self) {
        let mut others = records(&self.all);
        others.retain(|point| *point != self.refused);
        assert_eq!(records(&self.world), others);
    }

    /// The letter is replayed, and then all records are stored.
    pub(super) fn expect_replayed(&mut self, letters: &dyn Fn(&World) -> Vec<String>) {
        let refusal = Refusal { store: "influxdb", another: "postgres", letters };
        refusal.expect_replayed(&mut self.world, |world| world.serve_as_store(world.influxdb().clone()));
        assert_eq!(records(&self.world), records(&self.all));
    }
}

impl Refusal<'_> {
    /// The letter is offered to its store again: it stays while it is refused, and goes once it is stored.
    pub(super) fn expect_replayed(&self, world: &mut World, repair: impl FnOnce(&mut World)) {
        world.forget_arguments();
        let listed = world.run(&["--replay-dead-letters", "--dry-run"]);
        expect_exit(&listed, 0);
        assert!(listed.stdout.contains(CONFLICTING), "{}", listed.stdout);
        let before = (self.letters)(world);
        let again = world.run(&["--replay-dead-letters"]);
        expect_exit(&again, DATA);
        assert!(again.stdout.contains(CONFLICTING), "{}", again.stdout);
        let after = (self.letters)(world);
        assert_eq!(after.len(), before.len());
        assert_ne!(after, before, "the reason is the new one");

        repair(world);
        expect_exit(&world.run(&["--replay-dead-letters", "--destination", self.another]), 0);
        assert_eq!((self.letters)(world), after, "another store's letters are left alone");
        let taken = world.run(&["--replay-dead-letters", "--destination", self.store]);
        expect_exit(&taken, 0);
        assert_eq!((self.letters)(world), Vec::<String>::new(), "{}", taken.stdout);
    }
}

/// The points in InfluxDB, without run reports.
fn records(world: &World) -> Vec<Point> {
    let mut points = world.influxdb().points();
    points.retain(|point| point.measurement != REPORTS);
    points
}

/// The field that is in conflict, as the store calls it.
pub(super) const CONFLICTING: &str = "field_in_conflict";

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
