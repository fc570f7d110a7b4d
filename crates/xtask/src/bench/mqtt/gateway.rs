//! The gateway as it ships, measured from outside.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::process::Program;
use super::rate::{Progress, Rate};

/// Pause between two looks at its counters.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Time without a stored record after which no more are expected.
const SILENCE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);

/// A running gateway, and its data folder.
pub(super) struct Gateway {
    program: Program,
    metrics: SocketAddr,
}

/// Settings of the gateway.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup<'a> {
    pub(super) path: &'a Path,
    pub(super) broker: &'a str,
    pub(super) store: &'a str,
    pub(super) qos: u8,
}

impl Gateway {
    pub(super) fn start(setup: Setup<'_>, folder: &TempDir) -> Result<Self, String> {
        let address = free_address().map_err(|error| format!("no free port: {error}"))?;
        let folder = folder.path();
        let mut command = Command::new(setup.path);
        command.current_dir(folder).env_clear().envs([
            ("MQTT_URL", setup.broker),
            ("MQTT_QOS", &setup.qos.to_string()),
            ("INFLUXDB_URL", setup.store),
            ("INFLUXDB_TOKEN", "bench-token"),
            ("INFLUXDB_ORG", "bench"),
            ("INFLUXDB_BUCKET", "bench"),
            ("METRICS_ADDR", &address.to_string()),
            ("LOG_LEVEL", "warn"),
        ]);
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let gateway = Self { program: Program::start(&mut command)?, metrics: address };
        let end = Instant::now() + PATIENCE;
        while !gateway.has_learned() {
            if Instant::now() > end {
                return Err("the gateway did not connect".to_owned());
            }
            sleep(LOOK_EVERY);
        }
        Ok(gateway)
    }

    pub(super) fn id(&self) -> u32 {
        self.program.id()
    }

    pub(super) fn end(self) {
        self.program.end();
    }

    /// Number of records that its store has taken, run reports included.
    pub(super) fn stored(&self) -> usize {
        self.number("records_stored_total{").unwrap_or_default()
    }

    /// Waits until so many more records are stored, counted from `started` or from the first of them.
    pub(super) fn take(&self, messages: usize, before: usize, started: Option<Instant>) -> Rate {
        let mut progress = Progress::since(started);
        loop {
            let count = self.stored().saturating_sub(before);
            progress.see(count);
            if count >= messages || progress.silence() > SILENCE {
                return progress.rate();
            }
            sleep(LOOK_EVERY);
        }
    }

    /// Whether it has read the list of devices, and so is subscribed.
    fn has_learned(&self) -> bool {
        self.number(r#"messages_total{program="mqtt-gateway",outcome="learned"}"#)
            .is_some_and(|count| count > 0)
    }

    /// The sum of the counters whose lines begin with `prefix`.
    fn number(&self, prefix: &str) -> Option<usize> {
        let text = get(self.metrics, "/metrics")?;
        let numbers = text.lines().filter(|line| line.starts_with(prefix));
        Some(numbers.filter_map(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok()).sum())
    }
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// HTTP/1.0, so that the answer ends with the connection.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
