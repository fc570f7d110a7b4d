//! Clock changes while the gateway runs.

use std::fs;

use testkit::{Requirement, require};

use super::flow::{long, plain};
use super::scene::Scene;

#[test]
fn a_clock_that_jumps_to_and_fro_makes_of_each_message_one_point() {
    let Some(library) = require(Requirement::Faketime.find()) else { return };
    let Some(mut scene) = Scene::new() else { return };
    let clock = scene.world.given("clock", "+0");
    for (name, value) in [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ] {
        scene.world.set(name, value);
    }
    let mut running = scene.start();
    let flow = scene.flow(plain);
    for jump in ["-2h", "+3d", "+0", "-0.5", "-1d"] {
        flow.go_on(long(60));
        fs::write(&clock, jump).unwrap();
        flow.go_on(20);
        running.kill();
        drop(running);
        running = scene.world.start(&[]);
    }
    flow.go_on(50);
    scene.expect_all(running, flow.end());
    let (mut times, mut ages) = (scene.stored(), Vec::new());
    times.sort_by_key(|(_, time)| *time);
    ages.extend(times.windows(2).map(|pair| pair[1].1 - pair[0].1));
    assert!(ages.iter().any(|apart| *apart > 3_600_000_000_000), "the clock did not jump");
}
