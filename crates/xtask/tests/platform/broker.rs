//! The broker as `docker/mosquitto` sets it up: rights to log in, publish and subscribe.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::Requirement;
use testkit::servers::Missing;

const PATIENCE: Duration = Duration::from_secs(10);

/// Answers of MQTT 5. Source: <https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html>, 2.4.
const SUCCESS: u8 = 0x00;
const NO_SUBSCRIBERS: u8 = 0x10;
const AT_LEAST_ONCE: u8 = 0x01;
const NOT_AUTHORIZED: u8 = 0x87;

/// The broker, started by the script that the container starts.
struct Broker {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Broker {
    fn start(passwords: &str) -> Result<Self, Missing> {
        let programs = [Requirement::Mosquitto.find()?, Requirement::MosquittoPasswd.find()?];
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passwords.plain"), passwords).unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        fs::write(folder.path().join("mosquitto.conf"), configuration(folder.path(), port)).unwrap();
        let mut command = commands::shell_with(&programs);
        command.arg(super::path("docker/mosquitto/start.sh"));
        command.env("PASSWORDS", folder.path().join("passwords"));
        command.env("MQTT_PASSWORDS", folder.path().join("passwords.plain"));
        command.env("CONFIGURATION", folder.path().join("mosquitto.conf"));
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut broker = Self { child, port, _folder: folder };
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(broker.child.try_wait().unwrap().is_none(), "the broker has ended");
            assert!(started.elapsed() < PATIENCE, "the broker does not answer");
            std::thread::yield_now();
        }
        Ok(broker)
    }

    /// A session, or the reason why there is none.
    fn connect(&self, user: &str, password: &str) -> Result<Session, u8> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut session = Session { stream };
        // Version 5, clean start, user and password; no property, an id of the broker's choice.
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 5, 0b1100_0010, 0, 60, 0, 0, 0];
        body.extend(text(user));
        body.extend(text(password));
        session.send(0x10, &body);
        let (kind, answer) = session.receive().unwrap();
        assert_eq!(kind, 0x20);
        if answer[1] == SUCCESS { Ok(session) } else { Err(answer[1]) }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

/// The file that ships, with the places of this test.
fn configuration(folder: &Path, port: u16) -> String {
    let shipped = fs::read_to_string(super::path("docker/mosquitto/mosquitto.conf")).unwrap();
    let replaced = [
        ("listener 1883", format!("listener {port} 127.0.0.1")),
        ("/tmp/passwords", folder.join("passwords").display().to_string()),
        ("/mosquitto/config/acl.conf", super::path("docker/mosquitto/acl.conf").display().to_string()),
        ("/mosquitto/data/", format!("{}/", folder.display())),
    ];
    let text = replaced.iter().fold(shipped, |text, (from, to)| {
        assert!(text.contains(from), "no `{from}` in mosquitto.conf");
        text.replace(from, to)
    });
    // Started by root, it would become another user, to whom the folder is closed.
    format!("{text}user root\n")
}

/// A client that speaks just enough MQTT 5 to see refusals, which older versions do not report.
struct Session {
    stream: TcpStream,
}

impl Session {
    /// The broker's answer to a message.
    fn publish(&mut self, topic: &str) -> u8 {
        let mut body = text(topic);
        body.extend([0, 1, 0, b'1']);
        self.send(0x32, &body);
        let (kind, answer) = self.receive().unwrap();
        assert_eq!(kind, 0x40);
        // Without a reason, it is a success.
        answer.get(2).copied().unwrap_or(SUCCESS)
    }

    /// The broker's answer to a subscription.
    fn subscribe(&mut self, filter: &str) -> u8 {
        let mut body = vec![0, 1, 0];
        body.extend(text(filter));
        body.push(1);
        self.send(0x82, &body);
        let (kind, answer) = self.receive().unwrap();
        assert_eq!(kind, 0x90);
        answer[3]
    }

    fn send(&mut self, kind: u8, body: &[u8]) {
        let length = u8::try_from(body.len()).unwrap();
        assert!(length < 128, "a longer length has another form");
        self.stream.write_all(&[&[kind, length], body].concat()).unwrap();
    }

    fn receive(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head)?;
        let mut body = vec![0; head[1].into()];
        self.stream.read_exact(&mut body)?;
        Ok((head[0] & 0xf0, body))
    }
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    [&length.to_be_bytes()[..], text.as_bytes()].concat()
}

#[test]
fn clients_without_a_password_are_refused() {
    let Some(broker) = testkit::require(Broker::start("platform:one\n")) else { return };
    assert!(broker.connect("platform", "one").is_ok());
    assert_eq!(broker.connect("platform", "two").err(), Some(NOT_AUTHORIZED));
    assert_eq!(broker.connect("", "").err(), Some(NOT_AUTHORIZED));
}

#[test]
fn each_client_writes_only_its_own_topics() {
    let passwords = "platform:one\nzigbee2mqtt:two\nattic:three\n";
    let Some(broker) = testkit::require(Broker::start(passwords)) else { return };
    let answers = |user: &str, password: &str, topics: &[&str]| {
        let mut session = broker.connect(user, password).unwrap();
        topics.iter().map(|topic| session.publish(topic)).collect::<Vec<_>>()
    };
    let topics = ["platform/weather/Oslo", "zigbee2mqtt/lamp", "sensors/attic/dht22", "sensors/cellar/dht22"];
    let (yes, no) = (NO_SUBSCRIBERS, NOT_AUTHORIZED);
    assert_eq!(answers("platform", "one", &topics), [yes, no, no, no]);
    assert_eq!(answers("zigbee2mqtt", "two", &topics), [no, yes, no, no]);
    assert_eq!(answers("attic", "three", &topics), [no, no, yes, no]);
}

#[test]
fn the_gateway_receives_everything_and_a_sensor_only_its_own_topics() {
    let Some(broker) = testkit::require(Broker::start("platform:one\nattic:two\n")) else { return };
    let mut gateway = broker.connect("platform", "one").unwrap();
    assert_eq!(gateway.subscribe("#"), AT_LEAST_ONCE);
    let mut sensor = broker.connect("attic", "two").unwrap();
    assert_eq!(sensor.subscribe("commands/attic/#"), AT_LEAST_ONCE);
    // A subscription is accepted, and forbidden messages are left out.
    assert_eq!(sensor.publish("sensors/attic/dht22"), SUCCESS);
    let (kind, message) = gateway.receive().unwrap();
    assert_eq!(kind, 0x30);
    assert!(message.windows(19).any(|part| part == b"sensors/attic/dht22"));
}
