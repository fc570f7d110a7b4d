//! Command line: a broker, devices, or both.

use std::time::Duration;

use clap::{Args, Parser, ValueEnum};
use jiff::SignedDuration;
use mqtt_sim::devices::LastSeen;
use mqtt_sim::{InjectedFault, Options};

/// A simulated MQTT broker and simulated devices, with faults on request.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) enum Arguments {
    /// Serves MQTT 3.1.1 on 127.0.0.1, until it is stopped; the first line on stdout is its address.
    Broker(BrokerArguments),
    /// Runs simulated devices at any broker, until it is stopped.
    ///
    /// Devices are a Zigbee2MQTT installation under zigbee2mqtt, an ESP32 with a DHT22 under sensors/esp32/dht22, and a
    /// node of ESPHome under garage.
    Devices {
        /// Broker, mqtt://[USER:PASSWORD@]HOST[:PORT].
        #[arg(long)]
        url: String,
        #[command(flatten)]
        plan: PlanArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BrokerArguments {
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Accepted user, repeatable; without it, all clients are accepted.
    #[arg(long = "user", value_name = "NAME:PASSWORD")]
    users: Vec<String>,
    /// Largest number of unacknowledged messages per client.
    #[arg(long, value_name = "N", default_value_t = Options::default().in_flight)]
    in_flight: usize,
    /// Fault: refuse:N, hang-up:N or delay:DURATION, repeatable.
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<InjectedFault>,
    /// Also runs the devices, which start with the first subscriber.
    #[arg(long)]
    devices: bool,
    #[command(flatten)]
    plan: PlanArguments,
}

/// Options of devices.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// Pause between two messages of a device.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = interval)]
    interval: Duration,
    /// Length of the past for which messages of Zigbee2MQTT are sent first, four an hour.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    history: SignedDuration,
    /// Format of the time in messages of Zigbee2MQTT; absent by default, iso8601 with --history.
    #[arg(long, value_name = "FORM")]
    last_seen: Option<Form>,
    /// Retains the messages of Zigbee2MQTT's devices.
    #[arg(long)]
    retain: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Iso8601,
    Iso8601Local,
    Epoch,
    Absent,
}

/// Behavior of devices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) interval: Duration,
    pub(crate) history: SignedDuration,
    pub(crate) last_seen: LastSeen,
    pub(crate) retains: bool,
}

impl BrokerArguments {
    pub(crate) fn options(&self) -> Result<Options, clap::Error> {
        let users = self.users.iter().map(|text| user(text)).collect::<Result<_, _>>()?;
        Ok(Options { port: self.port, users, in_flight: self.in_flight, ..Options::default() })
    }

    /// The behavior of the devices that were asked for.
    pub(crate) fn devices(&self) -> Option<Plan> {
        self.devices.then(|| self.plan.plan())
    }
}

impl PlanArguments {
    pub(crate) fn plan(&self) -> Plan {
        let by_default = if self.history.is_zero() { LastSeen::Absent } else { LastSeen::Iso8601 };
        let last_seen = self.last_seen.map_or(by_default, Form::last_seen);
        Plan { interval: self.interval, history: self.history, last_seen, retains: self.retain }
    }
}

impl Form {
    fn last_seen(self) -> LastSeen {
        match self {
            Self::Iso8601 => LastSeen::Iso8601,
            Self::Iso8601Local => LastSeen::Iso8601Local,
            Self::Epoch => LastSeen::Epoch,
            Self::Absent => LastSeen::Absent,
        }
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = text.parse::<SignedDuration>().map_err(|error| error.to_string())?;
    let interval = Duration::try_from(interval).ok().filter(|interval| !interval.is_zero());
    interval.ok_or_else(|| "it has to be longer than 0s".to_owned())
}

/// The password is not in the error, which a parser of the argument would put there.
fn user(text: &str) -> Result<(String, String), clap::Error> {
    let parts = text.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()));
    let message = "--user takes NAME:PASSWORD\n";
    parts.ok_or_else(|| clap::Error::raw(clap::error::ErrorKind::ValueValidation, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        let words = format!("mqtt-sim {line}");
        Arguments::try_parse_from(words.split_whitespace()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_broker_is_read_in_both_spellings() {
        let line = "broker --port=1883 --user home:secret --fault refuse:2 --devices --history 24h";
        let Ok(Arguments::Broker(broker)) = read(line) else { panic!("not understood") };
        let options = broker.options().unwrap();
        assert_eq!((options.port, options.users.len(), broker.faults.len()), (1883, 1, 1));
        assert_eq!(broker.devices().unwrap().last_seen, LastSeen::Iso8601);
    }

    #[test]
    fn devices_need_a_broker() {
        assert!(read("devices").unwrap_err().contains("--url"));
        assert!(read("devices --url mqtt://here --port 1").unwrap_err().contains("'--port'"));
    }

    #[test]
    fn a_wrong_call_is_refused_with_a_hint_and_without_a_password() {
        for (line, hint) in [
            ("brocker", "'broker'"),
            ("broker --port many", "'many'"),
            ("broker --interval 0s", "longer than 0s"),
            ("broker --last-seen now", "iso8601-local"),
            ("broker --fault explode", "unknown fault `explode`"),
        ] {
            let refusal = read(line).unwrap_err();
            assert!(refusal.contains(hint), "{line}: {refusal}");
        }
        let Ok(Arguments::Broker(broker)) = read("broker --user hunter2") else { panic!("not understood") };
        let refusal = broker.options().unwrap_err().to_string();
        assert!(refusal.contains("NAME:PASSWORD") && !refusal.contains("hunter2"), "{refusal}");
    }
}
