//! The command line: a broker, devices, or both.

use std::time::Duration;

use jiff::SignedDuration;
use mqtt_sim::devices::LastSeen;
use mqtt_sim::{Fault, Options, ParseFaultError};

pub(crate) const HELP: &str = "\
An MQTT broker, and devices that speak to one, with faults on request.

Usage: mqtt-sim broker [OPTION]...
       mqtt-sim devices --url URL [OPTION]...

`broker` serves MQTT 3.1.1 on 127.0.0.1; the first line on stdout is its address. `devices` speaks to any broker: a
Zigbee2MQTT installation under zigbee2mqtt, an ESP32 with a DHT22 under sensors/esp32/dht22, and a node of ESPHome
under garage. Both run until they are stopped.

Of the broker:
  --port N               the port on 127.0.0.1; 0, the default, picks a free one
  --user NAME:PASSWORD   who may connect; may be given again; everybody, if left out
  --in-flight N          messages a client may have without having acknowledged them        [20]
  --fault FAULT          refuse:N, hang-up:N or delay:DURATION; may be given again
  --devices              the devices as well; they begin when somebody listens to them

Of the devices:
  --url URL              the broker, mqtt://[USER:PASSWORD@]HOST[:PORT]
  --interval DURATION    how often each says something                                      [10s]
  --last-seen FORM       iso8601, iso8601-local, epoch or absent: how Zigbee2MQTT says when [absent]
  --history DURATION     what Zigbee2MQTT would have said before comes first, four times an hour;
                         --last-seen is iso8601 then, unless it is given
  --retain               what the devices of Zigbee2MQTT say is retained

  --help, --version
";

/// What the caller wants.
#[derive(Debug)]
pub(crate) enum Called {
    Broker(Box<BrokerArguments>),
    Devices { url: String, plan: Plan },
    Help,
    Version,
}

#[derive(Debug, Default)]
pub(crate) struct BrokerArguments {
    pub(crate) options: Options,
    pub(crate) faults: Vec<Fault>,
    pub(crate) devices: Option<Plan>,
}

/// What devices do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) interval: Duration,
    pub(crate) history: SignedDuration,
    pub(crate) last_seen: LastSeen,
    pub(crate) retains: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("neither `broker` nor `devices`")]
    NoCommand,
    #[error("unknown option `{0}`")]
    Unknown(String),
    #[error("`{0}` needs a value")]
    NoValue(String),
    #[error("`{value}` is no value for `{option}`")]
    BadValue { option: String, value: String },
    #[error("`devices` needs `--url`")]
    NoUrl,
    #[error(transparent)]
    Fault(#[from] ParseFaultError),
}

/// Reads the arguments after the program's name.
pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Called, ArgumentError> {
    let mut words = words.flat_map(split);
    let command = words.next().unwrap_or_default();
    let is_broker = match command.as_str() {
        "--help" | "-h" => return Ok(Called::Help),
        "--version" | "-V" => return Ok(Called::Version),
        "broker" => true,
        "devices" => false,
        _ => return Err(ArgumentError::NoCommand),
    };
    let mut broker = BrokerArguments::default();
    let (mut url, mut has_devices) = (None, false);
    let mut plan = Plan::default();
    let mut last_seen = None;
    while let Some(option) = words.next() {
        let option = option.as_str();
        let mut value = || words.next().ok_or_else(|| ArgumentError::NoValue(option.to_owned()));
        match (option, is_broker) {
            ("--help" | "-h", _) => return Ok(Called::Help),
            ("--port", true) => broker.options.port = parse(option, &value()?)?,
            ("--user", true) => broker.options.users.push(user(option, &value()?)?),
            ("--in-flight", true) => broker.options.in_flight = parse(option, &value()?)?,
            ("--fault", true) => broker.faults.push(value()?.parse()?),
            ("--devices", true) => has_devices = true,
            ("--url", false) => url = Some(value()?),
            ("--interval", _) => plan.interval = interval(option, &value()?)?,
            ("--history", _) => plan.history = parse(option, &value()?)?,
            ("--last-seen", _) => last_seen = Some(form(option, &value()?)?),
            ("--retain", _) => plan.retains = true,
            _ => return Err(ArgumentError::Unknown(option.to_owned())),
        }
    }
    let by_itself = if plan.history.is_zero() { LastSeen::Absent } else { LastSeen::Iso8601 };
    plan.last_seen = last_seen.unwrap_or(by_itself);
    if is_broker {
        broker.devices = has_devices.then_some(plan);
        return Ok(Called::Broker(Box::new(broker)));
    }
    url.map(|url| Called::Devices { url, plan }).ok_or(ArgumentError::NoUrl)
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            history: SignedDuration::ZERO,
            last_seen: LastSeen::Absent,
            retains: false,
        }
    }
}

/// `--option=value` as two words.
fn split(word: String) -> Vec<String> {
    match word.split_once('=') {
        Some((option, value)) if option.starts_with("--") => vec![option.to_owned(), value.to_owned()],
        _ => vec![word],
    }
}

fn bad(option: &str, value: &str) -> ArgumentError {
    ArgumentError::BadValue { option: option.to_owned(), value: value.to_owned() }
}

fn parse<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, ArgumentError> {
    value.parse().map_err(|_| bad(option, value))
}

fn interval(option: &str, value: &str) -> Result<Duration, ArgumentError> {
    let interval = parse::<SignedDuration>(option, value)?;
    Duration::try_from(interval).ok().filter(|it| !it.is_zero()).ok_or_else(|| bad(option, value))
}

/// The password is not in the error.
fn user(option: &str, value: &str) -> Result<(String, String), ArgumentError> {
    let parts = value.split_once(':').ok_or_else(|| bad(option, "…"))?;
    Ok((parts.0.to_owned(), parts.1.to_owned()))
}

fn form(option: &str, value: &str) -> Result<LastSeen, ArgumentError> {
    match value {
        "absent" => Ok(LastSeen::Absent),
        "iso8601" => Ok(LastSeen::Iso8601),
        "iso8601-local" => Ok(LastSeen::Iso8601Local),
        "epoch" => Ok(LastSeen::Epoch),
        _ => Err(bad(option, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(line: &str) -> Result<Called, ArgumentError> {
        read(line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned))
    }

    fn complaint(line: &str) -> String {
        called(line).unwrap_err().to_string()
    }

    #[test]
    fn a_broker_is_read_in_both_spellings() {
        let line = "broker --port=1883 --user home:secret --fault refuse:2 --devices --history 24h";
        let Ok(Called::Broker(broker)) = called(line) else { panic!("not understood") };
        assert_eq!((broker.options.port, broker.faults.len()), (1883, 1));
        assert_eq!(broker.devices.unwrap().last_seen, LastSeen::Iso8601);
    }

    #[test]
    fn devices_need_a_broker() {
        assert_eq!(complaint("devices"), "`devices` needs `--url`");
        assert_eq!(complaint("devices --url mqtt://here --port 1"), "unknown option `--port`");
    }

    #[test]
    fn a_wrong_call_is_told_by_its_word_and_without_a_password() {
        assert_eq!(complaint(""), "neither `broker` nor `devices`");
        assert_eq!(complaint("broker --port many"), "`many` is no value for `--port`");
        assert_eq!(complaint("broker --user hunter2"), "`…` is no value for `--user`");
        assert_eq!(complaint("broker --interval 0s"), "`0s` is no value for `--interval`");
        assert!(complaint("broker --fault explode").contains("unknown fault `explode`"));
    }
}
