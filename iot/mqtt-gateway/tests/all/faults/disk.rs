//! A full disk during an outage of the store.

use http_sim::{FailureMode, InjectedFault};
use testkit::require;
use testkit::servers::SmallDisk;

use super::flow::{Flow, timed};
use super::scene::{Scene, eventually};

/// A large message.
fn large(number: usize) -> String {
    let text = "x".repeat(4_000);
    format!(r#"{{"power":{number},"comment":"{text}"}}"#)
}

/// A gateway with a full disk.
fn full(large: fn(usize) -> String) -> Option<(SmallDisk, Scene, testkit::Running, Flow)> {
    let disk = require(SmallDisk::of(6 * 1024))?;
    let mut scene = Scene::new()?;
    let folder = disk.path().to_str()?.to_owned();
    scene.world.set("SPOOL_DIR", &folder);
    scene.world.set("FLUSH_ROWS", "100");
    let running = scene.start();
    scene.world.store().set_fault(InjectedFault::always(FailureMode::Status(503)));
    let flow = scene.flow(large);
    eventually("a full disk", || free_kibibytes(&folder) < 64);
    flow.go_on(500);
    Some((disk, scene, running, flow))
}

fn free_kibibytes(folder: &str) -> u64 {
    let output = commands::Essential::Df.command().args(["--output=avail", "-k", folder]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().and_then(|line| line.trim().parse().ok()).unwrap_or(u64::MAX)
}

#[test]
fn a_full_disk_without_a_store_stops_the_flow_without_loss() {
    let Some((_disk, scene, running, flow)) = full(large) else { return };
    scene.world.store().clear_faults();
    flow.go_on(50);
    scene.expect_all(running, flow.end());
}

#[test]
fn a_gateway_that_is_killed_with_a_full_disk_and_no_store_loses_nothing() {
    let Some((_disk, scene, running, flow)) = full(large) else { return };
    running.kill();
    drop(running);
    let running = scene.world.start(&[]);
    flow.go_on(50);
    scene.world.store().clear_faults();
    flow.go_on(50);
    scene.expect_all(running, flow.end());
}

#[test]
fn a_gateway_that_cannot_write_at_all_still_stores() {
    let Some(mut scene) = Scene::new() else { return };
    let file = scene.world.given("a-file", "where a folder would have to be");
    scene.world.set("SPOOL_DIR", file.join("below").to_str().unwrap());
    let running = scene.start();
    let flow = scene.flow(timed);
    flow.go_on(100);
    scene.expect_all(running, flow.end());
}
