//! The program: a broker and devices, for the demo and for people.

mod arguments;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use arguments::{BrokerArguments, Called, Plan};
use jiff::{SignedDuration, Timestamp};
use mqtt_sim::devices::{Dht22, EspHome, Installation, Zigbee2Mqtt};
use mqtt_sim::{Broker, Client, ClientError};

/// The exit code of a wrong call, as `sysexits.h` has it.
const USAGE: u8 = 64;
/// What was said before now is said four times an hour.
const HISTORY_STEP: SignedDuration = SignedDuration::from_mins(15);
/// How long a device waits before it connects again, or looks again for somebody who listens.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    match arguments::read(std::env::args().skip(1)) {
        Ok(Called::Broker(arguments)) => match serve(*arguments) {
            Ok(_broker) => loop {
                thread::park();
            },
            Err(error) => {
                eprintln!("mqtt-sim: {error}");
                ExitCode::FAILURE
            }
        },
        Ok(Called::Devices { url, plan }) => {
            for device in start_devices(&url, plan) {
                // A device speaks for ever.
                let _ = device.join();
            }
            ExitCode::FAILURE
        }
        Ok(Called::Help) => print(arguments::HELP),
        Ok(Called::Version) => print(concat!("mqtt-sim ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => {
            eprintln!("mqtt-sim: {error}\nTry `mqtt-sim --help`.");
            ExitCode::from(USAGE)
        }
    }
}

/// Starts the broker, tells where it is, and starts the devices once somebody listens.
fn serve(arguments: BrokerArguments) -> io::Result<Broker> {
    // The devices are let in like everybody else.
    let user = arguments.options.users.first().cloned();
    let broker = Broker::start_with(arguments.options)?;
    arguments.faults.into_iter().for_each(|fault| broker.set_fault(fault));
    let url = broker.url();
    io::stdout().write_all(format!("{url}\n").as_bytes())?;
    if let Some(plan) = arguments.devices {
        while !broker.has_listener("zigbee2mqtt/bridge/devices") {
            thread::sleep(PAUSE);
        }
        let url = match user {
            Some((name, password)) => url.replace("://", &format!("://{name}:{password}@")),
            None => url,
        };
        start_devices(&url, plan);
    }
    Ok(broker)
}

/// A thread for each installation, which is a client of its own.
fn start_devices(url: &str, plan: Plan) -> Vec<thread::JoinHandle<()>> {
    let zigbee = Zigbee2Mqtt::new().last_seen(plan.last_seen).retaining(plan.retains);
    // These do not say when they measured, so what they said before cannot be told from what they say now.
    let live_only = Plan { history: SignedDuration::ZERO, ..plan };
    let installations: [(&str, Plan, Box<dyn Installation>); 3] = [
        ("zigbee2mqtt", plan, Box::new(zigbee)),
        ("esp32-dht22", live_only, Box::new(Dht22::new("sensors/esp32/dht22"))),
        ("garage", live_only, Box::new(EspHome::new("garage"))),
    ];
    let mut threads = Vec::new();
    for (name, plan, installation) in installations {
        let url = url.to_owned();
        threads.push(thread::spawn(move || live(&url, name, &*installation, plan)));
    }
    threads
}

/// Speaks for ever, over one connection after the other.
fn live(url: &str, name: &str, installation: &dyn Installation, plan: Plan) {
    let mut from = Timestamp::now().checked_sub(plan.history).unwrap_or_else(|_| Timestamp::now());
    let mut last_problem = String::new();
    loop {
        let Err(error) = speak(url, name, installation, &mut from, plan.interval);
        let problem = error.to_string();
        // The same is not told again and again.
        if problem != last_problem {
            eprintln!("mqtt-sim: {name}: {problem}");
            last_problem = problem;
        }
        thread::sleep(PAUSE);
    }
}

/// Says what was to be said since `from`, and goes on with what is to be said now.
fn speak(
    url: &str,
    name: &str,
    installation: &dyn Installation,
    from: &mut Timestamp,
    interval: Duration,
) -> Result<std::convert::Infallible, ClientError> {
    let mut client = Client::connect(url, name, installation.will())?;
    for message in installation.announce() {
        client.publish(&message)?;
    }
    loop {
        let now = Timestamp::now();
        let next = from.checked_add(HISTORY_STEP).unwrap_or(now);
        let time = if next < now { *from } else { now };
        for message in installation.report(time) {
            client.publish(&message)?;
        }
        if next < now {
            *from = next;
        } else {
            *from = now;
            thread::sleep(interval);
        }
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
