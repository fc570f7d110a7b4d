//! Oversized and malformed messages.

use super::flow::{plain, timed};
use super::scene::{Scene, TOPIC, eventually};

/// A message of about 10 MB around a number.
fn huge(number: usize) -> String {
    format!(r#"{{"comment":"{}","power":{number}}}"#, "x".repeat(10 << 20))
}

#[test]
fn a_message_of_ten_megabytes_is_stored_or_rejected_and_blocks_no_other() {
    let Some(mut scene) = Scene::new() else { return };
    for (limit, stored) in [("16777216", 2), ("1048576", 1)] {
        scene.world.set("MQTT_MAX_PACKET_BYTES", limit);
        let running = scene.start();
        let number = 1_000_000 + limit.len();
        scene.publish(TOPIC, huge(number), false);
        let garbage = vec![0xff; 10 << 20];
        scene.publish(TOPIC, garbage, false);
        scene.publish(TOPIC, timed(stored), false);
        eventually("the message behind", || scene.stored().iter().any(|(power, _)| *power == stored));
        scene.end(running);
        let is_stored = scene.stored().iter().any(|(power, _)| *power == number);
        assert_eq!(is_stored, stored == 2, "with MQTT_MAX_PACKET_BYTES={limit}");
    }
    let letters = scene.world.dead_letters();
    // The long text of the first message is left out of its row.
    let reasons: Vec<_> = letters.iter().map(|letter| letter.reason.as_str()).collect();
    assert_eq!(letters.len(), 4, "{reasons:?}");
    assert!(letters.iter().all(|letter| letter.record.len() < 100_000));
}

/// Payloads of which one in ten is malformed at first, and valid when it is published again.
fn often_malformed(number: usize) -> String {
    if number.is_multiple_of(10) { r#"{"power":1e999,"#.to_owned() } else { plain(number) }
}

#[test]
fn malformed_messages_are_sampled_and_the_others_stored() {
    let Some(scene) = Scene::new() else { return };
    let running = scene.start();
    let flow = scene.flow(often_malformed);
    flow.go_on(300);
    let published = flow.end();
    let good = published - published / 10;
    eventually("every good message", || scene.stored().len() == good + 1);
    scene.end(running);
    assert_eq!(scene.stored().len(), good + 1);
    assert_eq!(scene.world.dead_letters().len(), 3);
}
