//! Calls of the program that do not run until SIGTERM.

use crate::program::{DEVICES, Scene, readings};

#[test]
fn once_takes_the_queued_messages_and_ends() {
    let Some(scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    assert_eq!(scene.world.run(&["--once"]).exit, Some(0));
    scene.publish(readings(0, 50), false);
    let outcome = scene.world.run(&["--once"]);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(scene.stored("zigbee").len(), 50, "{}", outcome.stderr);
}

#[test]
fn check_explains_how_a_message_is_mapped() {
    let Some(scene) = Scene::new() else { return };
    let outcome = scene.world.run(&["--check", "zigbee2mqtt/hall/plug", r#"{"state":"ON"}"#]);
    assert_eq!(outcome.exit, Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
    for line in ["measurement", "field state", "broker"] {
        assert!(outcome.stdout.contains(line), "{line}:\n{}", outcome.stdout);
    }
}

#[test]
fn check_uses_the_types_of_the_device_list() {
    let Some(scene) = Scene::new() else { return };
    let inverted = r#"[{"friendly_name":"door","type":"EndDevice","definition":{"exposes":[
        {"type":"binary","property":"contact","value_on":"shut","value_off":"open"}]}}]"#;
    scene.publish_one("zigbee2mqtt/bridge/devices", inverted, true);
    let outcome = scene.world.run(&["--check", "zigbee2mqtt/door", r#"{"contact":"shut"}"#]);
    assert_eq!(outcome.exit, Some(0), "{}\n{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("true (boolean)"), "{}", outcome.stdout);
}

#[test]
fn a_dry_run_takes_nothing_away_from_the_gateway() {
    let Some(mut scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    assert_eq!(scene.world.run(&["--once"]).exit, Some(0));
    scene.publish(readings(0, 20), false);
    scene.publish_one("zigbee2mqtt/hall/plug/availability", "online", true);
    scene.world.set("LOG_FORMAT", "json");
    let shown = scene.world.run(&["--dry-run", "--once"]);
    assert_eq!(shown.exit, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("zigbee_availability"), "{}\n{}", shown.stdout, shown.stderr);
    assert_eq!(scene.world.lines(), "");
    // The session of the gateway still has its messages, and the peeked ones are still new.
    assert_eq!(scene.world.run(&["--once"]).exit, Some(0));
    assert_eq!((scene.stored("zigbee").len(), scene.stored("zigbee_availability").len()), (20, 1));
}

#[test]
fn mistakes_in_the_mapping_end_the_program_before_it_connects() {
    let Some(mut scene) = Scene::new() else { return };
    scene.world.set("GATEWAY_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    let outcome = scene.world.run(&[]);
    assert_eq!(outcome.exit, Some(78), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("line 1: package is unknown"), "{}", outcome.stderr);
}
