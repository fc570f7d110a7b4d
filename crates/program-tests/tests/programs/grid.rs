//! The forecast grid of `nws-hourly-forecast`, which is cached between runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_sim::{Reply, Request, Service};
use serde_json::json;
use testkit::Program;
use testkit::replay::Case;
use testkit::world::World;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    a_cell_that_moved_is_found_by_the_same_run
};

fn a_cell_that_moved_is_found_by_the_same_run(program: &Program) {
    let mut world = World::of(program, &Case::typical(program));
    let office = Office::default();
    world.serve_as_source("NWS_URL", office.clone());
    assert_eq!(world.run(&[]).exit, Some(0));

    office.moved.store(true, Ordering::Relaxed);
    assert_eq!(world.run(&[]).exit, Some(0));
    assert_eq!(world.alerts(), Vec::<String>::new());
    assert!(world.lines().contains("grid=2\\,2"), "{}", world.lines());
}

/// An office that knows one cell, until it knows only another.
#[derive(Clone, Default)]
struct Office {
    moved: Arc<AtomicBool>,
}

impl Service for Office {
    fn reply(&self, request: &Request) -> Reply {
        let cell = if self.moved.load(Ordering::Relaxed) { 2 } else { 1 };
        let forecast = format!("/gridpoints/SEW/{cell},{cell}/forecast/hourly");
        let target = request.target.as_str();
        if target.starts_with("/points/") {
            let place = json!({"gridId": "SEW", "gridX": cell, "gridY": cell, "forecastHourly": forecast});
            Reply::json(200, &json!({"properties": place}))
        } else if target.starts_with(&forecast) {
            let hour =
                json!({"startTime": "2026-01-01T01:00:00-08:00", "temperature": 50, "temperatureUnit": "F"});
            Reply::json(200, &json!({"properties": {"periods": [hour]}}))
        } else {
            Reply::json(404, &json!({"status": 404, "title": "Not Found"}))
        }
    }
}
