//! The gateway beside subscribers that discard messages, at the same broker, in one run.

mod bare;
mod flood;
mod gateway;
mod idle;
mod latency;
mod packet;
mod process;
mod rate;

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use testkit::servers::{Mosquitto, MosquittoSetup, VictoriaMetrics};

use super::measure;
use crate::workspace::{cargo, root};

use bare::Bare;
use gateway::{Gateway, Setup};
use packet::Login;
use process::Share;
use rate::Rate;

const PACKAGES: [&str; 3] = ["mqtt-gateway", "sds011-air-quality", "serial-sim"];
/// Settings of a broker that is limited by its one core alone.
const BROKER: &str = "max_inflight_messages 1000\nmax_queued_messages 0\nsys_interval 0\n";
const ROUNDS: usize = 3;
/// Messages of one round of a live flood, by `QoS`.
const FLOODED: [(u8, usize); 2] = [(0, 600_000), (1, 300_000)];
/// Messages that have waited in one round.
const DRAINED: usize = 300_000;

/// Servers and programs of the measurement.
struct Bench {
    broker: Mosquitto,
    store: VictoriaMetrics,
    login: Login,
    url: String,
    gateway: PathBuf,
    /// The process of the broker.
    broker_id: u32,
}

/// A rate, and the CPU usage of the broker as a share of one core.
#[derive(Debug, Clone, Copy)]
struct Round {
    rate: Rate,
    broker: f64,
}

pub(crate) fn run() -> Result<(), String> {
    println!("\n== MQTT: the gateway as it ships, beside subscribers that discard messages");
    build()?;
    let bench = Bench::new()?;
    for (qos, messages) in FLOODED {
        floods(&bench, qos, messages)?;
    }
    drains(&bench)?;
    steady(&bench)?;
    let idle = idle::gateway(bench.setup(1))?;
    println!(
        "gateway without messages:  cpu {:.2} %, {:.1} MB resident",
        idle.cpu * 100.0,
        idle.memory / 1e6
    );
    let idle = idle::sensor(&built("sds011-air-quality"), &built("serial-sim"))?;
    println!(
        "sds011 between readings:   cpu {:.2} %, {:.1} MB resident",
        idle.cpu * 100.0,
        idle.memory / 1e6
    );
    drop(bench.broker);
    Ok(())
}

impl Bench {
    fn new() -> Result<Self, String> {
        let setup = MosquittoSetup { configuration: BROKER.to_owned(), ..MosquittoSetup::default() };
        let broker = Mosquitto::start_with(setup).map_err(|error| error.to_string())?;
        let store = VictoriaMetrics::start().map_err(|error| error.to_string())?;
        let url = broker.url();
        let login = Login::of(&url).ok_or("the URL of the broker has another form")?;
        let folder = broker.ca_file().parent().map(|folder| folder.display().to_string());
        let broker_id = folder.and_then(|folder| process::find("mosquitto", &folder));
        let broker_id = broker_id.ok_or("the process of the broker is not found")?;
        let bench = Self { broker, store, login, url, gateway: built("mqtt-gateway"), broker_id };
        bench.announce_devices().map_err(|error| format!("the list of devices: {error}"))?;
        Ok(bench)
    }

    fn setup(&self, qos: u8) -> Setup<'_> {
        Setup { path: &self.gateway, broker: &self.url, store: self.store.url(), qos }
    }

    fn announce_devices(&self) -> io::Result<()> {
        use std::io::Write as _;
        let mut stream = self.login.connect("zigbee2mqtt", false)?;
        let devices = flood::devices();
        stream.write_all(&packet::publish("zigbee2mqtt/bridge/devices", devices.as_bytes(), 0, 0, true))?;
        stream.write_all(&[0xe0, 0])?;
        io::copy(&mut stream, &mut io::sink()).map(drop)
    }

    /// Publishes while `take` takes.
    fn flooded(
        &self,
        (qos, messages): (u8, usize),
        take: impl FnOnce(Instant) -> Result<Rate, String>,
    ) -> Result<Round, String> {
        let share = Share::of(self.broker_id);
        let login = self.login.clone();
        let started = Instant::now();
        let flood = thread::spawn(move || flood::publish(&login, messages, qos));
        let rate = take(started)?;
        let broker = share.so_far();
        flood.join().map_err(|_| "the publisher panicked".to_owned())??;
        Ok(Round { rate, broker })
    }

    /// Rate of a subscriber that discards a flood of messages.
    fn bare_flooded(&self, (qos, messages): (u8, usize)) -> Result<Round, String> {
        let mut bare = Bare::subscribe(&self.login, qos, false).map_err(text)?;
        let take = |started| bare.take(messages, Some(started)).map_err(text);
        let round = self.flooded((qos, messages), take)?;
        bare.leave().map_err(text)?;
        Ok(round)
    }

    /// The same by the broker's own subscriber.
    fn sub_flooded(&self, (qos, messages): (u8, usize)) -> Result<Option<Round>, String> {
        let Some(mut sub) = bare::mosquitto_sub(&self.login, qos, messages) else { return Ok(None) };
        // It does not report that it has subscribed.
        thread::sleep(Duration::from_millis(500));
        let round = self.flooded((qos, messages), |started| {
            let ended = sub.wait().map_err(text)?;
            let took = started.elapsed();
            Ok(Rate { messages: if ended.success() { messages } else { 0 }, took })
        })?;
        Ok((round.rate.messages > 0).then_some(round))
    }

    fn gateway_flooded(&self, (qos, messages): (u8, usize)) -> Result<Round, String> {
        let folder = tempfile::tempdir().map_err(text)?;
        let gateway = Gateway::start(self.setup(qos), &folder)?;
        let before = gateway.stored();
        let take = |started| Ok(gateway.take(messages, before, Some(started)));
        let round = self.flooded((qos, messages), take)?;
        gateway.end();
        self.forget("mqtt-gateway")?;
        Ok(round)
    }

    /// Ends a session, for which messages would be queued.
    fn forget(&self, name: &str) -> Result<(), String> {
        self.login.connect(name, false).map(drop).map_err(text)
    }

    /// Rate of a subscriber that discards messages which have waited for it.
    fn bare_drained(&self, messages: usize) -> Result<Round, String> {
        Bare::subscribe(&self.login, 1, true).and_then(Bare::leave).map_err(text)?;
        flood::publish(&self.login, messages, 1)?;
        let share = Share::of(self.broker_id);
        let mut bare = Bare::resume(&self.login).map_err(text)?;
        let rate = bare.take(messages, None).map_err(text)?;
        let broker = share.so_far();
        bare.leave().map_err(text)?;
        self.forget("bare")?;
        Ok(Round { rate, broker })
    }

    fn gateway_drained(&self, messages: usize) -> Result<Round, String> {
        let folder = tempfile::tempdir().map_err(text)?;
        Gateway::start(self.setup(1), &folder)?.end();
        flood::publish(&self.login, messages, 1)?;
        let share = Share::of(self.broker_id);
        let gateway = Gateway::start(self.setup(1), &folder)?;
        let rate = gateway.take(messages, 0, None);
        let broker = share.so_far();
        gateway.end();
        self.forget("mqtt-gateway")?;
        Ok(Round { rate, broker })
    }
}

/// The broker sends while it is published to.
fn floods(bench: &Bench, qos: u8, messages: usize) -> Result<(), String> {
    let (mut bare, mut sub, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(bench.bare_flooded((qos, messages))?);
        sub.extend(bench.sub_flooded((qos, messages))?);
        ours.push(bench.gateway_flooded((qos, messages))?);
    }
    head(qos, "a live flood", messages);
    let reference = row("bare subscriber", &bare);
    row("mosquitto_sub > /dev/null", &sub);
    compare(reference, row("gateway, stored", &ours));
    Ok(())
}

/// Messages that have waited for the subscriber, at `QoS` 1. The broker does nothing else, and is faster than in a flood.
fn drains(bench: &Bench) -> Result<(), String> {
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(bench.bare_drained(DRAINED)?);
        ours.push(bench.gateway_drained(DRAINED)?);
    }
    head(1, "messages that have waited for the subscriber", DRAINED);
    compare(row("bare subscriber", &bare), row("gateway, stored", &ours));
    Ok(())
}

fn head(qos: u8, how: &str, messages: usize) {
    let bytes = flood::payload(0).len();
    println!("\nQoS {qos}: {how}, {messages} messages of {bytes} bytes, {ROUNDS} rounds in turn");
    println!("{:<28}{:>10}{:>10}{:>10}   broker", "messages a second", "least", "median", "most");
}

fn compare(reference: Option<f64>, stored: Option<f64>) {
    if let (Some(reference), Some(stored)) = (reference, stored) {
        println!("{:<28}{:>20.0} %", "gateway / bare subscriber", stored / reference * 100.0);
    }
}

/// Prints the spread, and returns the median.
fn row(what: &str, rounds: &[Round]) -> Option<f64> {
    let [least, median, most] =
        measure::spread(rounds.iter().map(|round| round.rate.per_second()).collect())?;
    let [_, broker, _] = measure::spread(rounds.iter().map(|round| round.broker).collect())?;
    println!("{what:<28}{least:>10.0}{median:>10.0}{most:>10.0}   {:.0} % of a core", broker * 100.0);
    Some(median)
}

fn steady(bench: &Bench) -> Result<(), String> {
    let steady = latency::measure(&bench.login, bench.setup(1))?;
    let at = |part: usize| steady.latencies.get((steady.latencies.len() * part / 1_000).saturating_sub(1));
    let [median, p99, p999] = [500, 990, 999].map(|part| at(part).copied().unwrap_or(f64::NAN));
    let [now, most] = steady.memory;
    println!("\n1,000 messages a second, QoS 1, {} of them", steady.latencies.len());
    println!("publish to stored:         median {median:.0} ms, p99 {p99:.0} ms, p99.9 {p999:.0} ms");
    println!(
        "gateway:                   cpu {:.1} %, {:.1} MB resident, at most {:.1} MB",
        steady.cpu * 100.0,
        now / 1e6,
        most / 1e6
    );
    Ok(())
}

fn build() -> Result<(), String> {
    let packages = PACKAGES.iter().flat_map(|package| ["-p", package]);
    let built = cargo().args(["build", "--release"]).args(packages).status();
    if built.is_ok_and(|status| status.success()) {
        Ok(())
    } else {
        Err(format!("{PACKAGES:?} do not build"))
    }
}

fn built(program: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Path::new(&target).join("release").join(program)
}

fn text(error: io::Error) -> String {
    error.to_string()
}
