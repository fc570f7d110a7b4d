//! Tests of the shipped program with a real broker and a simulated store.

#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http_sim::services::InfluxDb;
use http_sim::{Delivery, FailureMode, InjectedFault, Reply, Request, Service};
use mqtt_client::{Config, Publisher};
use settings::{Settings as _, Source};
use testkit::replay::Case;
use testkit::servers::Mosquitto;
use testkit::world::{World, until};
use testkit::{program, require};

pub const DEVICES: &str = r#"[{"friendly_name":"hall/plug","type":"Router","definition":{"exposes":[
    {"type":"binary","property":"state","value_on":"ON","value_off":"OFF"},
    {"type":"numeric","property":"power","unit":"W"}]}}]"#;

/// A broker, a store, and the program's settings.
pub struct Scene {
    broker: Mosquitto,
    pub world: World,
    runtime: tokio::runtime::Runtime,
}

impl Scene {
    pub fn new() -> Option<Self> {
        let broker = require(Mosquitto::start())?;
        let case = Case {
            name: "scene".to_owned(),
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_source"),
            source: "UNUSED".to_owned(),
            simulator: None,
            arguments: Vec::new(),
            settings: BTreeMap::from([("MQTT_URL".to_owned(), broker.url())]),
        };
        let world = World::of(&program!(), &case);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Some(Self { broker, world, runtime })
    }

    pub fn publish(&self, messages: impl IntoIterator<Item = (String, String)>, retain: bool) {
        let url = self.broker.url();
        let config = Config::read(&mut Source::of([("MQTT_URL", url.as_str())])).unwrap().named("tests");
        let publisher = Publisher::new(&config, &tls::client_config(None).unwrap());
        self.runtime.block_on(async {
            for (topic, payload) in messages {
                publisher.publish(&topic, payload, retain).await.unwrap();
            }
            publisher.close().await;
        });
    }

    pub fn publish_one(&self, topic: &str, payload: &str, retain: bool) {
        self.publish([(topic.to_owned(), payload.to_owned())], retain);
    }

    /// Publishes the first reading until it is stored, since a broker queues nothing before the first subscription.
    fn wait_for_a_subscriber(&self) {
        until("a subscriber", || {
            self.publish(readings(0, 1), false);
            !self.stored("zigbee").is_empty()
        });
    }

    /// Lines of a measurement, without their times.
    pub fn stored(&self, measurement: &str) -> Vec<String> {
        let lines = self.world.influxdb().lines();
        let own = lines.lines().filter(|line| line.starts_with(&format!("{measurement},")));
        own.filter_map(|line| line.rsplit_once(' ')).map(|(line, _)| line.to_owned()).collect()
    }
}

/// A store that can withhold its answers.
struct Silent {
    store: InfluxDb,
    is_silent: Arc<AtomicBool>,
}

impl Service for Silent {
    fn reply(&self, request: &Request) -> Reply {
        let reply = self.store.reply(request);
        if self.is_silent.load(Ordering::SeqCst) { reply.delivered(Delivery::Never) } else { reply }
    }
}

/// Messages with their own times, a millisecond apart.
pub fn readings(first: usize, count: usize) -> impl Iterator<Item = (String, String)> {
    (first..first + count).map(|number| {
        let last_seen = 1_795_348_800_000 + number;
        ("zigbee2mqtt/hall/plug".to_owned(), format!(r#"{{"power":{number},"last_seen":{last_seen}}}"#))
    })
}

#[test]
fn stores_messages_and_is_not_blocked_by_unmapped_ones() {
    let Some(scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    scene.publish_one("zigbee2mqtt/hall/plug", r#"{"state":"OFF","power":0}"#, true);
    scene.publish_one("zigbee2mqtt/hall/plug/availability", r#"{"state":"online"}"#, true);
    let running = scene.world.start(&[]);
    until("the availability", || !scene.stored("zigbee_availability").is_empty());
    for payload in [r#"{"state":"#, "", r#"{"state":"ON","power":"much"}"#, r#"{"state":"OFF","power":27}"#] {
        scene.publish_one("zigbee2mqtt/hall/plug", payload, false);
    }
    until("the last reading", || scene.stored("zigbee").len() >= 2);
    running.terminate();
    let outcome = scene.world.end(running);
    assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    assert_eq!(scene.stored("zigbee_availability"), ["zigbee_availability,device=hall/plug available=true"]);
    let mut stored = scene.stored("zigbee");
    stored.sort();
    assert_eq!(
        stored,
        ["zigbee,device=hall/plug power=27,state=false", "zigbee,device=hall/plug state=true"]
    );
}

#[test]
fn retained_messages_are_not_stored_again_after_a_restart() {
    let Some(scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    scene.publish_one("zigbee2mqtt/hall/plug/availability", "online", true);
    scene.publish_one("zigbee2mqtt/hall/plug", r#"{"power":7,"last_seen":1795348900000}"#, true);
    for start in 0..2 {
        let running = scene.world.start(&[]);
        // Retained messages come first, so they have arrived when this one has.
        let marker = 1 + start;
        until("a reading of this start", || {
            scene.publish(readings(marker, 1), false);
            scene.stored("zigbee").contains(&format!("zigbee,device=hall/plug power={marker}"))
        });
        running.terminate();
        assert_eq!(scene.world.end(running).exit, Some(0));
    }
    assert_eq!(scene.stored("zigbee_availability").len(), 1);
    assert_eq!(scene.stored("zigbee").len(), 3);
}

#[test]
fn a_gateway_that_is_killed_again_and_again_loses_nothing() {
    const ROUNDS: usize = 4;
    const MESSAGES: usize = 150;
    let Some(scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    let first = scene.world.start(&[]);
    scene.wait_for_a_subscriber();
    first.kill();
    drop(first);
    for round in 0..ROUNDS {
        let running = scene.world.start(&[]);
        scene.publish(readings(1 + round * MESSAGES, MESSAGES), false);
        running.kill();
    }
    let last = scene.world.start(&[]);
    until("every reading", || scene.stored("zigbee").len() == 1 + ROUNDS * MESSAGES);
    last.terminate();
    assert_eq!(scene.world.end(last).exit, Some(0));
}

#[test]
fn a_message_sent_again_after_a_crash_is_the_same_point() {
    let Some(mut scene) = Scene::new() else { return };
    let is_silent = Arc::new(AtomicBool::new(false));
    let silent = Silent { store: scene.world.influxdb().clone(), is_silent: Arc::clone(&is_silent) };
    scene.world.serve_as_store(silent);
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    let running = scene.world.start(&[]);
    scene.wait_for_a_subscriber();
    // The gateway is killed while stored rows are unacknowledged.
    is_silent.store(true, Ordering::SeqCst);
    let messages = (1..=15).map(|power| format!(r#"{{"power":{}}}"#, power / 3 + 1));
    scene.publish(messages.map(|payload| ("zigbee2mqtt/hall/plug".to_owned(), payload)), false);
    until("what was published", || scene.stored("zigbee").len() == 16);
    running.kill();
    drop(running);
    is_silent.store(false, Ordering::SeqCst);
    let before = scene.world.lines();
    let running = scene.world.start(&[]);
    scene.publish(readings(1, 1), false);
    until("a reading of this start", || scene.stored("zigbee").len() > 16);
    running.terminate();
    assert_eq!(scene.world.end(running).exit, Some(0));
    assert_eq!(scene.stored("zigbee").len(), 17, "{before}\n{}", scene.world.lines());
}

#[test]
fn a_store_that_is_away_loses_nothing() {
    let Some(scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    let running = scene.world.start(&[]);
    scene.wait_for_a_subscriber();
    scene.world.store().set_fault(InjectedFault::always(FailureMode::Status(503)));
    scene.publish(readings(1, 100), false);
    running.terminate();
    assert_eq!(scene.world.end(running).exit, Some(0));
    scene.world.store().clear_faults();
    let running = scene.world.start(&[]);
    until("every reading", || scene.stored("zigbee").len() == 101);
    running.terminate();
    assert_eq!(scene.world.end(running).exit, Some(0));
}

#[test]
fn gateways_of_a_group_store_each_message_once() {
    let Some(mut scene) = Scene::new() else { return };
    scene.publish_one("zigbee2mqtt/bridge/devices", DEVICES, true);
    scene.world.set("MQTT_SHARE", "group");
    let running = ["one", "two"].map(|client| {
        scene.world.set("MQTT_CLIENT_ID", client);
        scene.world.start(&[])
    });
    scene.wait_for_a_subscriber();
    // Without their own times, two copies of a message would be two points.
    let messages = (1..=100).map(|power| format!(r#"{{"power":{power}}}"#));
    scene.publish(messages.map(|payload| ("zigbee2mqtt/hall/plug".to_owned(), payload)), false);
    until("every reading", || scene.stored("zigbee").len() >= 101);
    for running in running {
        running.terminate();
        let outcome = scene.world.end(running);
        assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    }
    assert_eq!(scene.stored("zigbee").len(), 101);
}

#[test]
fn messages_queued_before_a_start_are_mapped_like_others() {
    let Some(scene) = Scene::new() else { return };
    let inverted = r#"[{"friendly_name":"door","type":"EndDevice","definition":{"exposes":[
        {"type":"binary","property":"contact","value_on":false,"value_off":true}]}}]"#;
    scene.publish_one("zigbee2mqtt/bridge/devices", inverted, true);
    assert_eq!(scene.world.run(&["--once"]).exit, Some(0));
    // More than a broker has in flight: the device list must not wait behind them.
    let messages =
        (0..100).map(|at| format!(r#"{{"contact":"false","last_seen":{}}}"#, 1_795_348_800_000_u64 + at));
    scene.publish(messages.map(|payload| ("zigbee2mqtt/door".to_owned(), payload)), false);
    assert_eq!(scene.world.run(&["--once"]).exit, Some(0));
    let stored = scene.stored("zigbee");
    assert_eq!(stored.len(), 100);
    assert!(stored.iter().all(|line| line == "zigbee,device=door contact=true"), "{stored:?}");
}
