//! Restarts of the broker.

use super::flow::{long, timed};
use super::scene::{Scene, eventually};

#[test]
fn a_broker_that_remembers_is_gone_on_with_where_it_ended() {
    let Some(mut scene) = Scene::new() else { return };
    let running = scene.start();
    // Devices cannot know whether an unacknowledged message has arrived, so they publish it again.
    let flow = scene.flow(timed);
    for _ in 0..2 {
        flow.go_on(long(150));
        scene.broker.restart().unwrap();
    }
    flow.go_on(long(150));
    scene.expect_all(running, flow.end());
}

/// Such a broker loses undelivered messages, and those published before the gateway has subscribed again. A client
/// cannot prevent that; it can only subscribe again.
#[test]
fn a_broker_that_forgets_is_subscribed_to_again() {
    let Some(mut scene) = Scene::with("persistence false\n", &[]) else { return };
    let running = scene.start();
    let flow = scene.flow(timed);
    flow.go_on(100);
    let before = flow.end();
    eventually("every message", || scene.stored().len() == before + 1);
    scene.broker.restart().unwrap();
    // The broker has lost the device list, too; the gateway still knows it.
    eventually("a message of afterwards", || {
        scene.publish("zigbee2mqtt/hall/plug", timed(before + 1), false);
        scene.stored().len() == before + 2
    });
    scene.expect_all(running, before + 1);
}
