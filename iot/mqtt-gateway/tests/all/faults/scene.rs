//! Set-up of the fault tests: broker, store and program, and checks of the stored points.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;
use testkit::replay::Case;
use testkit::servers::{Mosquitto, MosquittoSetup};
use testkit::world::World;
use testkit::{Program, Running, program, require};

use super::flow::{self, Payload, publisher, timed};

pub use testkit::world::until as eventually;

pub const TOPIC: &str = "zigbee2mqtt/hall/plug";
const DEVICES: &str = r#"[{"friendly_name":"hall/plug","type":"Router","definition":{"exposes":[
    {"type":"numeric","property":"power","unit":"W"}]}}]"#;
/// Broker settings without tight limits.
const GENEROUS: &str = "max_queued_messages 0\nmax_inflight_messages 1000\n";

/// A broker, a store, and the program's settings.
pub struct Scene {
    pub broker: Mosquitto,
    pub world: World,
    /// Folder with the start script of the program.
    _starter: TempDir,
}

impl Scene {
    pub fn new() -> Option<Self> {
        Self::with("", &[])
    }

    /// Creates a scene with additional broker settings, and a command that starts the program.
    pub fn with(configuration: &str, starter: &[OsString]) -> Option<Self> {
        let configuration = format!("{GENEROUS}{configuration}");
        let setup = MosquittoSetup { configuration, ..MosquittoSetup::default() };
        let broker = require(Mosquitto::start_with(setup))?;
        let case = Case {
            name: "faults".to_owned(),
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_source"),
            source: "UNUSED".to_owned(),
            simulator: None,
            arguments: Vec::new(),
            settings: BTreeMap::from([
                ("MQTT_URL".to_owned(), broker.url()),
                ("MQTT_KEEP_ALIVE_SECONDS".to_owned(), "2".to_owned()),
                ("HTTP_TIMEOUT_SECONDS".to_owned(), "3".to_owned()),
            ]),
        };
        let folder = tempfile::tempdir().unwrap();
        let world = World::of(&started_by(starter, folder.path()), &case);
        let scene = Self { broker, world, _starter: folder };
        scene.publish("zigbee2mqtt/bridge/devices", DEVICES, true);
        Some(scene)
    }

    /// Publishes one message.
    pub fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>, retain: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let publisher = publisher(&self.broker.url());
            publisher.publish(topic, payload.into(), retain).await.unwrap();
            publisher.close().await;
        });
    }

    /// Starts the program, and waits until it stores messages, since a broker queues nothing before the first
    /// subscription.
    pub fn start(&self) -> Running {
        self.start_where(|scene| !scene.stored().is_empty())
    }

    pub fn start_where(&self, is_stored: impl Fn(&Self) -> bool) -> Running {
        let running = self.world.start(&[]);
        eventually("the first message", || {
            self.publish(TOPIC, timed(0), false);
            is_stored(self)
        });
        running
    }

    /// Starts a flow of messages.
    pub fn flow(&self, payload: Payload) -> flow::Flow {
        flow::Flow::start(&self.broker.url(), payload)
    }

    /// Number and time of each point in the simulated store.
    pub fn stored(&self) -> Vec<(usize, i64)> {
        let point = |line: &str| {
            let (head, time) = line.strip_prefix("zigbee,")?.rsplit_once(' ')?;
            let power = head.split_once("power=")?.1.split(',').next()?;
            Some((power.parse().ok()?, time.parse().ok()?))
        };
        self.world.influxdb().lines().lines().filter_map(point).collect()
    }

    /// Waits until every number is stored, stops the program, and asserts that none is stored twice.
    pub fn expect_all(&self, running: Running, published: usize) {
        eventually("every message", || missing(&self.stored(), published).is_empty());
        self.end(running);
        self.expect_each_once(published);
    }

    pub fn expect_each_once(&self, published: usize) {
        let stored = self.stored();
        assert_eq!(missing(&stored, published), Vec::<usize>::new(), "of {published}");
        let again: Vec<_> = stored.windows(2).filter(|pair| pair[0].0 == pair[1].0).collect();
        assert_eq!(stored.len(), published + 1, "points of the same message: {again:?}");
    }

    /// Stops the program in an orderly way.
    pub fn end(&self, running: Running) {
        running.terminate();
        let outcome = self.world.end(running);
        assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    }
}

/// The first missing numbers.
pub fn missing(stored: &[(usize, i64)], published: usize) -> Vec<usize> {
    let there: BTreeSet<_> = stored.iter().map(|(number, _)| *number).collect();
    (1..=published).filter(|number| !there.contains(number)).take(10).collect()
}

/// The program, started by a command such as `ip netns exec NAME`.
fn started_by(starter: &[OsString], folder: &Path) -> Program {
    let program = program!();
    if starter.is_empty() {
        return program;
    }
    let words: Vec<_> = starter.iter().map(|word| word.to_str().unwrap()).collect();
    let path = folder.join(&program.name);
    let script = format!("#!/bin/sh\nexec {} {} \"$@\"\n", words.join(" "), program.path.display());
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Program { path, ..program }
}
