//! Latency from publish to store at a steady rate, with a store that notes the time of each row.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use http_sim::{Reply, Request, Server, Service};

use super::gateway::{Gateway, Setup};
use super::packet::{self, Login};
use super::{flood, process};

const PER_SECOND: usize = 1_000;
const SECONDS: usize = 20;
/// Messages before the measured ones.
const WARM_UP: usize = PER_SECOND;

/// Results of the measurement.
pub(super) struct Steady {
    /// Milliseconds from publish to stored, sorted.
    pub(super) latencies: Vec<f64>,
    /// Bytes resident at the end, and the most.
    pub(super) memory: [f64; 2],
    /// CPU, as a share of one core.
    pub(super) cpu: f64,
}

/// A store that notes the time of each row, by its number.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<Option<Instant>>>>);

impl Service for Noting {
    fn reply(&self, request: &Request) -> Reply {
        let now = Instant::now();
        let body = String::from_utf8_lossy(&request.body);
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in body.lines().filter(|line| line.starts_with("zigbee,")) {
            let number = line.split_once("voltage=").and_then(|(_, rest)| rest.split([',', ' ']).next());
            let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) else { continue };
            if noted.len() <= number {
                noted.resize(number + 1, None);
            }
            if let Some(place) = noted.get_mut(number) {
                *place = Some(now);
            }
        }
        Reply::empty(204)
    }
}

/// Publishes 1,000 messages a second for a while, each alone.
pub(super) fn measure(login: &Login, setup: Setup<'_>) -> Result<Steady, String> {
    let noting = Noting::default();
    let store = Server::start(noting.clone()).map_err(|error| format!("no store: {error}"))?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let gateway = Gateway::start(Setup { store: store.url(), qos: 1, ..setup }, &folder)?;
    let share = process::Share::of(gateway.id());
    let sent = publish(login).map_err(|error| format!("the publisher: {error}"))?;
    let cpu = share.so_far();
    gateway.take(sent.len(), 0, None);
    let memory = ["VmRSS", "VmHWM"].map(|what| process::memory(gateway.id(), what).unwrap_or_default());
    gateway.end();
    let noted = noting.0.lock().unwrap_or_else(PoisonError::into_inner);
    let took = |(number, sent): (usize, &Instant)| {
        let stored = noted.get(number).copied().flatten();
        stored.map_or(f64::INFINITY, |stored| stored.duration_since(*sent).as_secs_f64() * 1e3)
    };
    let mut latencies: Vec<_> = sent.iter().enumerate().skip(WARM_UP).map(took).collect();
    latencies.sort_by(f64::total_cmp);
    Ok(Steady { latencies, memory, cpu })
}

/// Publishes the messages, and returns the time of each.
fn publish(login: &Login) -> std::io::Result<Vec<Instant>> {
    let mut stream = login.connect("steady", false)?;
    let mut answers = stream.try_clone()?;
    std::thread::spawn(move || std::io::copy(&mut answers, &mut std::io::sink()));
    let (began, every) = (Instant::now(), Duration::from_secs(1) / 1_000);
    let mut sent = Vec::new();
    for number in 0..PER_SECOND * SECONDS + WARM_UP {
        let identifier = u16::try_from(number % 60_000).unwrap_or_default() + 1;
        let payload = flood::payload(number);
        let message = packet::publish(&flood::topic(number), payload.as_bytes(), 1, identifier, false);
        let due = began + every * u32::try_from(number).unwrap_or_default();
        sleep(due.saturating_duration_since(Instant::now()));
        sent.push(Instant::now());
        stream.write_all(&message)?;
    }
    stream.write_all(&[0xe0, 0])?;
    Ok(sent)
}
