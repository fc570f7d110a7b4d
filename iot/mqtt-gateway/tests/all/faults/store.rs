//! Outages and error replies of the store.

use http_sim::services::InfluxDb;
use http_sim::{FailureMode, InjectedFault, Reply, Request, Service};
use serde_json::json;
use testkit::require;
use testkit::servers::Influxdb;

use super::flow::{long, plain};
use super::scene::{Scene, eventually, missing};

/// Number and time of each point in the real store.
fn stored(store: &Influxdb) -> Vec<(usize, i64)> {
    let rows = store.query(store.bucket(), "SELECT power FROM zigbee").unwrap_or_default();
    let point = |row: &testkit::servers::Row| {
        let power = row.get("power")?.as_f64()?.to_string();
        Some((power.parse().ok()?, row.get("time")?.as_i64()?))
    };
    rows.iter().filter_map(point).collect()
}

#[test]
fn messages_during_an_outage_of_the_store_are_stored_afterwards() {
    let Some(mut store) = require(Influxdb::start()) else { return };
    let Some(mut scene) = Scene::new() else { return };
    for (name, value) in [
        ("INFLUXDB_URL", store.url()),
        ("INFLUXDB_TOKEN", store.token()),
        ("INFLUXDB_ORG", store.org()),
        ("INFLUXDB_BUCKET", store.bucket()),
    ] {
        scene.world.set(name, value);
    }
    let running = scene.start_where(|_| !stored(&store).is_empty());
    let flow = scene.flow(plain);
    flow.go_on(long(300));
    store.stop();
    flow.go_on(long(1_500));
    assert!(scene.world.waiting() > 3, "the spool did not take over");
    store.restart().unwrap();
    flow.go_on(long(300));
    eventually("an empty spool", || scene.world.waiting() == 0);
    flow.go_on(10);
    let published = flow.end();
    eventually("every message", || missing(&stored(&store), published).is_empty());
    scene.end(running);
    assert_eq!(stored(&store).len(), published + 1);
}

/// A store that answers with this error for a while.
fn answers(kind: FailureMode) {
    let Some(scene) = Scene::new() else { return };
    let running = scene.start();
    let flow = scene.flow(plain);
    flow.go_on(100);
    scene.world.store().set_fault(InjectedFault::always(kind));
    flow.go_on(long(400));
    scene.world.store().clear_faults();
    flow.go_on(100);
    scene.expect_all(running, flow.end());
    assert_eq!(scene.world.waiting(), 0);
    assert!(scene.world.dead_letters().is_empty());
}

#[test]
fn a_store_that_accepts_no_token_for_a_while_gets_everything_later() {
    answers(FailureMode::Status(401));
}

#[test]
fn a_store_that_asks_for_patience_gets_everything_later() {
    answers(FailureMode::Status(429));
}

#[test]
fn a_store_that_fails_for_a_while_gets_everything_later() {
    answers(FailureMode::Status(503));
}

#[test]
fn a_store_that_does_not_answer_for_a_while_gets_everything_later() {
    answers(FailureMode::Stall);
}

#[test]
fn a_store_that_resets_connections_for_a_while_gets_everything_later() {
    answers(FailureMode::Reset);
}

/// A store that rejects a whole request for one of its lines, without naming it.
struct Picky(InfluxDb);

/// One message in this many is rejected.
const ONE_IN: usize = 1_000;

impl Service for Picky {
    fn reply(&self, request: &Request) -> Reply {
        let body = String::from_utf8_lossy(&request.body);
        let power = |line: &str| line.split_once("power=")?.1.split([' ', ',']).next()?.parse().ok();
        let is_refused = |number: usize| number > 0 && number.is_multiple_of(ONE_IN);
        match body.lines().find(|line| power(line).is_some_and(is_refused)) {
            Some(_) => {
                Reply::json(400, &json!({"code": "invalid", "message": "unable to parse a line: bad number"}))
            }
            None => self.0.reply(request),
        }
    }
}

#[test]
fn a_store_that_refuses_one_message_in_a_thousand_gets_all_others() {
    let Some(mut scene) = Scene::new() else { return };
    let store = Picky(scene.world.influxdb().clone());
    scene.world.serve_as_store(store);
    let running = scene.start();
    let flow = scene.flow(plain);
    flow.go_on(long(2_050));
    let published = flow.end();
    let refused: Vec<_> = (1..=published).filter(|number| number.is_multiple_of(ONE_IN)).collect();
    eventually("all others", || missing(&scene.stored(), published).len() == refused.len().min(10));
    eventually("the dead letters", || scene.world.dead_letters().len() == refused.len());
    scene.end(running);
    assert_eq!(scene.stored().len(), published + 1 - refused.len());
    let letters = scene.world.dead_letters();
    for number in refused {
        let is_it = |record: &str| record.contains(&format!("\"power\":{number}"));
        assert!(letters.iter().any(|letter| is_it(&letter.record)), "{number}: {letters:?}");
    }
}
