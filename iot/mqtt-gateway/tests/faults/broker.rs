//! A broker that is started again.

use super::flow::{long, timed};
use super::scene::{Scene, eventually};

#[test]
fn a_broker_that_remembers_is_gone_on_with_where_it_ended() {
    let Some(mut scene) = Scene::new() else { return };
    let running = scene.start();
    // Devices cannot know whether what the broker did not acknowledge has arrived, so they publish it again.
    let flow = scene.flow(timed);
    for _ in 0..2 {
        flow.go_on(long(150));
        scene.broker.restart().unwrap();
    }
    flow.go_on(long(150));
    scene.expect_all(running, flow.end());
}

/// What it loses is what it had not delivered, and what is published before the gateway has subscribed again. No
/// client can change that; it can only be there again.
#[test]
fn a_broker_that_forgets_is_subscribed_to_again() {
    let Some(mut scene) = Scene::with("persistence false\n", &[]) else { return };
    let running = scene.start();
    let flow = scene.flow(timed);
    flow.go_on(100);
    let before = flow.end();
    eventually("every message", || scene.stored().len() == before + 1);
    scene.broker.restart().unwrap();
    // The list of devices is forgotten too; the gateway knows it.
    eventually("a message of afterwards", || {
        scene.publish("zigbee2mqtt/hall/plug", timed(before + 1), false);
        scene.stored().len() == before + 2
    });
    scene.expect_all(running, before + 1);
}
