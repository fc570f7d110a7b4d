//! Program that runs a broker and devices, for the demo and for people.

mod arguments;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use arguments::{Arguments, BrokerArguments, Plan};
use clap::Parser as _;
use jiff::{SignedDuration, Timestamp};
use mqtt_sim::devices::{Dht22, EspHome, Installation, Zigbee2Mqtt};
use mqtt_sim::{Broker, Client, ClientError};

/// Interval of the messages of the past.
const HISTORY_STEP: SignedDuration = SignedDuration::from_mins(15);
/// Wait of a device before it reconnects, or looks again for a subscriber.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    match Arguments::parse() {
        Arguments::Broker(arguments) => match serve(arguments) {
            Ok(_broker) => loop {
                thread::park();
            },
            Err(error) => {
                eprintln!("mqtt-sim: {error}");
                ExitCode::FAILURE
            }
        },
        Arguments::Devices { url, plan } => {
            for device in start_devices(&url, plan.plan()) {
                // Devices run forever.
                let _ = device.join();
            }
            ExitCode::FAILURE
        }
    }
}

/// Starts the broker, prints its address, and starts the devices once there is a subscriber.
fn serve(arguments: BrokerArguments) -> io::Result<Broker> {
    // Devices need a login, like all clients.
    let options = arguments.options().unwrap_or_else(|mistake| mistake.exit());
    let plan = arguments.devices();
    let user = options.users.first().cloned();
    let broker = Broker::start_with(options)?;
    arguments.faults.into_iter().for_each(|fault| broker.set_fault(fault));
    let url = broker.url();
    io::stdout().write_all(format!("{url}\n").as_bytes())?;
    if let Some(plan) = plan {
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

/// Starts a thread for each installation, which is a client of its own.
fn start_devices(url: &str, plan: Plan) -> Vec<thread::JoinHandle<()>> {
    let zigbee = Zigbee2Mqtt::new().last_seen(plan.last_seen).retaining(plan.retains);
    // Their messages have no time, so past ones would look like current ones.
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

/// Publishes forever, reconnecting after errors.
fn live(url: &str, name: &str, installation: &dyn Installation, plan: Plan) {
    let mut from = Timestamp::now().checked_sub(plan.history).unwrap_or_else(|_| Timestamp::now());
    let mut last_problem = String::new();
    loop {
        let Err(error) = speak(url, name, installation, &mut from, plan.interval);
        let problem = error.to_string();
        // Repeated errors are printed once.
        if problem != last_problem {
            eprintln!("mqtt-sim: {name}: {problem}");
            last_problem = problem;
        }
        thread::sleep(PAUSE);
    }
}

/// Publishes the messages since `from`, and goes on with the current ones.
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
