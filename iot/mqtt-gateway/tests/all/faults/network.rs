//! Interrupted and slow networks, between broker and gateway and between gateway and store.

use std::time::Duration;

use testkit::require;
use testkit::servers::{Link, Namespace, Network};

use super::flow::{long, plain};
use super::scene::{Scene, eventually};

/// A scene with a controllable network on each side of the gateway.
fn linked() -> Option<(Scene, Link, Link)> {
    let mut scene = Scene::new()?;
    let links = [scene.broker.url(), scene.world.store().url().to_owned()]
        .map(|url| (Link::to(port(&url)).unwrap(), url));
    let [(to_broker, broker), (to_store, store)] = links;
    scene.world.set("MQTT_URL", &to_broker.instead_of(&broker));
    scene.world.set("INFLUXDB_URL", &to_store.instead_of(&store));
    Some((scene, to_broker, to_store))
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn a_network_to_the_broker_that_is_cut_in_silence_loses_nothing() {
    let Some((scene, to_broker, _to_store)) = linked() else { return };
    let running = scene.start();
    let flow = scene.flow(plain);
    for _ in 0..2 {
        flow.go_on(100);
        to_broker.set(Network::Cut);
        // Long enough for both ends to give up the connection.
        flow.go_on(long(1_200));
        to_broker.set(Network::Good);
    }
    flow.go_on(100);
    scene.expect_all(running, flow.end());
}

#[test]
fn a_network_to_the_store_that_is_cut_in_silence_loses_nothing() {
    let Some((scene, _to_broker, to_store)) = linked() else { return };
    let running = scene.start();
    let flow = scene.flow(plain);
    flow.go_on(100);
    to_store.set(Network::Cut);
    eventually("a batch in the spool", || scene.world.waiting() > 0);
    flow.go_on(long(300));
    to_store.set(Network::Good);
    flow.go_on(100);
    scene.expect_all(running, flow.end());
}

#[test]
fn slow_networks_on_both_sides_lose_nothing() {
    let Some((scene, to_broker, to_store)) = linked() else { return };
    let running = scene.start();
    let slow = Network::Slow { bytes: 1_000, delay: Duration::from_millis(20) };
    to_broker.set(slow);
    to_store.set(slow);
    let flow = scene.flow(plain);
    flow.go_on(long(600));
    scene.expect_all(running, flow.end());
}

#[test]
fn a_gateway_whose_cable_is_pulled_loses_nothing() {
    let Some(namespace) = require(Namespace::new()) else { return };
    let Some(mut scene) = Scene::with("", &namespace.enter()) else { return };
    let links = [("MQTT_URL", scene.broker.url()), ("INFLUXDB_URL", scene.world.store().url().to_owned())]
        .map(|(name, url)| (name, Link::from(namespace.address(), port(&url)).unwrap(), url));
    for (name, link, url) in &links {
        scene.world.set(name, &link.instead_of(url));
    }
    let running = scene.start();
    let flow = scene.flow(plain);
    for _ in 0..2 {
        flow.go_on(100);
        namespace.cut();
        flow.go_on(long(1_200));
        namespace.mend();
    }
    flow.go_on(100);
    scene.expect_all(running, flow.end());
}
