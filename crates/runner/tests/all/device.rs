//! Devices, from outside: the example `thermometer`, run as an orchestrator runs it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use http_sim::Server;
use http_sim::services::InfluxDb;
use serde_json::Value;
use tempfile::TempDir;
use testkit::world::until;

/// Time limit for an expected event.
const PATIENCE: Duration = Duration::from_secs(30);

/// A thermometer, and the InfluxDB it writes to.
pub struct World {
    folder: TempDir,
    influxdb: InfluxDb,
    store: Server,
}

/// A running device, and the lines of its log as they come.
struct Running {
    child: Child,
    log: mpsc::Receiver<Value>,
}

impl World {
    pub fn new() -> Self {
        let influxdb = InfluxDb::new("home", "readings", "t0ken-of-a-test");
        let store = Server::start(influxdb.clone()).unwrap();
        let world = Self { folder: tempfile::tempdir().unwrap(), influxdb, store };
        world.shows("21500");
        world
    }

    fn shows(&self, text: &str) {
        fs::write(self.folder.path().join("temp"), text).unwrap();
    }

    /// The example lies beside the tests, where `cargo test` puts both.
    fn command(&self, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
        let tests: PathBuf = std::env::current_exe().unwrap().parent().unwrap().into();
        let example = tests.parent().unwrap().join("examples/thermometer");
        assert!(example.exists(), "`cargo build -p runner --example thermometer` builds what is tested here");
        let path = |name: &str| self.folder.path().join(name);
        let mut command = commands::built(example);
        command
            .args(arguments)
            .env_clear()
            .env("THERMOMETER_FILE", path("temp"))
            .env("SPOOL_DIR", path("spool"))
            .env("SQLITE_PATH", path("platform.db"))
            .env("INFLUXDB_URL", self.store.url())
            .envs([("INFLUXDB_ORG", "home"), ("INFLUXDB_BUCKET", "readings")])
            .env("INFLUXDB_TOKEN", "t0ken-of-a-test")
            .envs([("TERMINATION_LOG", "/nowhere/log"), ("XCOM_FILE", "/nowhere/xcom")])
            .env("INTERVAL_SECONDS", "0.02")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, settings: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = self.command(settings, arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code(), text(stdout), text(stderr))
    }

    fn start(&self, settings: &[(&str, &str)]) -> Running {
        let mut child = self.command(settings, &[]).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, log) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        Running { child, log }
    }

    fn fails(&self, fault: &str) {
        self.store.set_fault(fault.parse().unwrap());
    }

    /// Waits until the store was asked once more.
    fn is_asked(&self) {
        let requests = self.store.requests().len();
        until("another request", || self.store.requests().len() > requests);
    }

    /// Waits until the store has so many points of a measurement.
    fn has(&self, measurement: &str, count: usize) {
        until(&format!("{count} points of {measurement}"), || self.count(measurement) >= count);
    }

    fn count(&self, measurement: &str) -> usize {
        self.influxdb.lines().lines().filter(|line| line.starts_with(measurement)).count()
    }
}

impl Running {
    fn signal(&self, signal: &str) {
        assert!(commands::signal(signal, self.child.id()));
    }

    /// Waits for a line of the log.
    fn says(&self, message: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(line) = self.log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if line["message"] == message {
                return line;
            }
        }
        unreachable!("it never logged `{message}`");
    }

    fn exit(mut self) -> Option<i32> {
        until("its end", || self.child.try_wait().unwrap().is_some());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer[9..12].parse().unwrap(), answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[test]
fn a_device_reads_until_sigterm_and_reports_its_last_readings() {
    for signal in ["TERM", "INT", "HUP"] {
        let world = World::new();
        let device = world.start(&[]);
        world.has("temperature", 3);
        device.signal(signal);
        assert_eq!(device.exit(), Some(0), "{signal}");
        let report = world.influxdb.lines();
        let report = report.lines().find(|line| line.starts_with("pipeline_runs")).unwrap();
        assert!(report.contains("status=\"ok\"") && report.contains("pipeline=runner"), "{report}");
    }
}

#[test]
fn it_reports_again_and_again() {
    let world = World::new();
    let device = world.start(&[("REPORT_INTERVAL_SECONDS", "0.1")]);
    world.has("pipeline_runs", 3);
    world.shows("hot");
    until("a failed report", || world.influxdb.lines().contains("status=\"failed\""));
    device.signal("TERM");
    assert_eq!(device.exit(), Some(0));
}

#[test]
fn while_the_store_is_away_readings_wait_in_the_spool_and_none_is_missing_after() {
    let world = World::new();
    let device = world.start(&[]);
    world.has("temperature", 3);
    world.fails("500");
    device.says("store unavailable, spooling");
    world.is_asked();
    world.store.clear_faults();
    device.says("store available again");
    device.signal("TERM");
    assert_eq!(device.exit(), Some(0));
    let (exit, _, log) = world.run(&[], &["--once"]);
    assert_eq!(exit, Some(0), "{log}");
    let rows: usize = world
        .influxdb
        .lines()
        .lines()
        .filter(|line| line.starts_with("pipeline_runs"))
        .map(|line| {
            line.split("rows_in=").nth(1).unwrap().split('i').next().unwrap().parse::<usize>().unwrap()
        })
        .sum();
    assert_eq!(world.count("temperature"), rows, "all that was read is there");
}

#[test]
fn it_ends_in_time_though_the_store_hangs() {
    let world = World::new();
    let device = world.start(&[]);
    world.has("temperature", 1);
    world.fails("stall");
    world.is_asked();
    let stopped = Instant::now();
    device.signal("TERM");
    assert_eq!(device.exit(), Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(5), "{:?}", stopped.elapsed());
    world.store.clear_faults();
    let (exit, _, log) = world.run(&[], &["--once"]);
    assert_eq!(exit, Some(0), "{log}");
    assert!(world.count("pipeline_runs") >= 2, "the report of the last moments came by the spool");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let world = World::new();
    let device = world.start(&[]);
    world.has("temperature", 1);
    world.fails("stall");
    world.is_asked();
    device.signal("TERM");
    device.signal("INT");
    assert_eq!(device.exit(), Some(75));
}

#[test]
fn one_reading_ends_as_a_job_does() {
    let world = World::new();
    assert_eq!(world.run(&[], &["--once"]).0, Some(0));
    assert_eq!((world.count("temperature"), world.count("pipeline_runs")), (1, 1));
    world.shows("unreadable");
    let (exit, _, log) = world.run(&[("DEADLINE_SECONDS", "1")], &["--once"]);
    assert_eq!(exit, Some(65), "{log}");
    assert!(log.contains("the file holds no number"), "{log}");
}

#[test]
fn readings_can_be_looked_at_without_storing_them() {
    let world = World::new();
    let (exit, records, _) = world.run(&[], &["--once", "--dry-run"]);
    assert_eq!(exit, Some(0));
    assert!(records.contains("21.5"), "{records}");
    let (exit, lines, _) = world.run(&[], &["--check"]);
    assert_eq!(exit, Some(0), "{lines}");
    assert!(lines.contains("1 records would be stored") && lines.contains("store influxdb"), "{lines}");
    assert_eq!(world.influxdb.lines(), "");
}

#[test]
fn it_serves_health_and_counters() {
    let world = World::new();
    let device = world.start(&[("METRICS_ADDR", "127.0.0.1:0"), ("INTERVAL_SECONDS", "0.2")]);
    let address = device.says("listening")["address"].as_str().unwrap().to_owned();
    until("a reading", || get(&address, "/readyz").0 == 200);
    assert_eq!(get(&address, "/healthz"), (200, "ok\n".to_owned()));
    world.has("temperature", 2);
    let (_, metrics) = get(&address, "/metrics");
    for line in [
        "readings_total{program=\"runner\"} ",
        "readings_failed_total{program=\"runner\",reason=\"unreachable\"} 0",
        "records_stored_total{program=\"runner\",store=\"influxdb\"} ",
        "store_up{program=\"runner\",store=\"influxdb\"} 1",
        "spool_bytes{program=\"runner\",store=\"influxdb\"} 0",
        "last_reading_timestamp_seconds{program=\"runner\"} ",
        "program_info{program=\"runner\",version=",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    fs::remove_file(world.folder.path().join("temp")).unwrap();
    until("no reading for three periods", || get(&address, "/readyz").0 == 503);
    assert_eq!(get(&address, "/healthz").0, 200, "a sensor that is away is no reason to start anew");
}
