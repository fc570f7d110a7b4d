//! Stopped and killed gateways.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use super::flow::{long, plain};
use super::scene::Scene;

#[test]
fn a_gateway_that_is_killed_ten_times_at_random_stores_each_message_as_one_point() {
    let Some(scene) = Scene::new() else { return };
    let mut running = scene.start();
    let flow = scene.flow(plain);
    let random = RandomState::new();
    for round in 0..10_usize {
        let messages = usize::try_from(random.hash_one(round) % 150).unwrap();
        flow.go_on(1 + messages);
        running.kill();
        drop(running);
        running = scene.world.start(&[]);
    }
    flow.go_on(long(50));
    scene.expect_all(running, flow.end());
}

#[test]
fn a_gateway_stopped_under_load_ends_soon_and_the_next_one_continues() {
    let Some(scene) = Scene::new() else { return };
    let mut running = scene.start();
    let flow = scene.flow(plain);
    for _ in 0..3 {
        flow.go_on(long(100));
        let signaled = Instant::now();
        scene.end(running);
        // Orchestrators kill a program that takes longer.
        assert!(signaled.elapsed() < Duration::from_secs(5), "{:?}", signaled.elapsed());
        running = scene.world.start(&[]);
    }
    flow.go_on(10);
    scene.expect_all(running, flow.end());
}
