//! Tests of the program.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Output, Stdio};
use std::time::Instant;

use mqtt_sim::devices::Zigbee2Mqtt;
use mqtt_sim::{Broker, Client};

use crate::PATIENCE;

struct Running {
    child: Child,
    first_line: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = commands::built(env!("CARGO_BIN_EXE_mqtt-sim"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut first_line = String::new();
        if arguments[0] == "broker" {
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
        }
        Self { child, first_line: first_line.trim().to_owned() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    commands::built(env!("CARGO_BIN_EXE_mqtt-sim")).args(arguments).output().unwrap()
}

/// Receives messages until all expected topics have occurred. Returns the topics.
fn topics(listener: &mut Client, expected: &BTreeSet<String>) -> BTreeSet<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut topics = BTreeSet::new();
    while !expected.is_subset(&topics) && Instant::now() < deadline {
        topics.extend(listener.next(PATIENCE).unwrap().map(|message| message.topic));
    }
    topics
}

fn expected() -> BTreeSet<String> {
    let zigbee = Zigbee2Mqtt::names().map(|name| format!("zigbee2mqtt/{name}"));
    let others = ["zigbee2mqtt/bridge/devices", "sensors/esp32/dht22", "garage/sensor/humidity/state"];
    zigbee.chain(others.map(str::to_owned)).collect()
}

#[test]
fn a_broker_starts_its_devices_with_the_first_subscriber() {
    let program = Running::start(&["broker", "--devices", "--history", "2h", "--user", "home:secret"]);
    let url = program.first_line.replace("://", "://home:secret@");
    let mut listener = Client::connect(&url, "listener", None).unwrap();
    listener.subscribe("#").unwrap();
    let first = std::iter::repeat_with(|| listener.next(PATIENCE).unwrap().expect("a message in time"))
        .find(|message| message.topic == "zigbee2mqtt/front door");
    let payload: serde_json::Value = serde_json::from_slice(&first.unwrap().payload).unwrap();
    let last_seen: jiff::Timestamp = payload["last_seen"].as_str().unwrap().parse().unwrap();
    let ago = jiff::Timestamp::now().duration_since(last_seen);
    assert!(ago >= jiff::SignedDuration::from_hours(2), "{ago}");
}

#[test]
fn devices_come_back_after_the_broker() {
    let mut broker = Broker::start().unwrap();
    let _program = Running::start(&["devices", "--url", &broker.url(), "--interval", "20ms"]);
    for _ in 0..2 {
        let mut listener = Client::connect(&broker.url(), "listener", None).unwrap();
        listener.subscribe("#").unwrap();
        assert!(expected().is_subset(&topics(&mut listener, &expected())));
        broker.restart().unwrap();
    }
}

#[test]
fn wrong_arguments_exit_with_2_and_a_message() {
    let output = run(&["broker", "--fault", "explode"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("unknown fault `explode`"));
}

#[test]
fn help_and_version_go_to_stdout() {
    assert!(String::from_utf8(run(&["--help"]).stdout).unwrap().contains("mqtt-sim <COMMAND>"));
    assert!(String::from_utf8(run(&["--version"]).stdout).unwrap().starts_with("mqtt-sim 0."));
}
