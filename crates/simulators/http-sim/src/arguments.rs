//! Command line: services to serve, their place, and faults.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use clap::Parser;
use http_sim::services::{AlertmanagerSim, Heartbeat, InfluxDb, NwsSim, OpenWeatherSim, SlackSim};
use http_sim::{Clock, InjectedFault, Service};
use jiff::{SignedDuration, Timestamp};

/// Serves simulated HTTP services that speak the real protocol, with faults on request.
///
/// The first line on stdout is the base URL; a line `NAME URL` follows for each service. A service answers at /NAME,
/// and at / if it is the only one. The program runs until it is stopped.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_long_help = FAULTS)]
pub(crate) struct Arguments {
    /// Service to serve, repeatable.
    ///
    /// * nws - National Weather Service: points, hourly forecast
    /// * openweather[=KEY] - OpenWeather: weather, forecast, air pollution [demo-key]
    /// * influxdb[=ORG/BUCKET/TOKEN] - InfluxDB v2 writes, shown at /influxdb/simulator/lines [demo/demo/demo-token]
    /// * alertmanager - stores alerts, shown at /alertmanager/api/v2/alerts
    /// * slack[=TOKEN] - webhook, chat.postMessage; messages are shown at /slack/simulator/messages [demo-token]
    /// * heartbeat - counts GET requests
    #[arg(
        long = "service",
        value_name = "NAME[=SETTING]",
        required_unless_present = "files",
        verbatim_doc_comment
    )]
    services: Vec<Stub>,
    /// Folder of replies to serve at /: with a routes.toml, or with a response.json that answers everything.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) files: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Time of the services, such as 2026-03-01T00:00:00Z, in place of now.
    #[arg(long, value_name = "TIME")]
    clock: Option<Timestamp>,
    /// Step of that time after each request to an endpoint, such as 1h.
    #[arg(long, value_name = "DURATION", default_value = "0s")]
    step: SignedDuration,
    /// File to which each request is appended as a line of JSON, with its headers and so with its secrets.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Fault of the first N requests (all, if left out) whose path and query contain PATH, repeatable.
    #[arg(long = "fault", value_name = "KIND[:N][@PATH]")]
    pub(crate) faults: Vec<InjectedFault>,
}

const FAULTS: &str = "\
Faults:
  400 401 403 404 500 502   that status
  429 503                   that status with Retry-After: 1
  429-no-wait               429 without Retry-After
  reset                     reset of the connection after the request is read
  stall                     no reply
  trickle                   the reply, one byte a second
  truncate                  half of the reply with the full content-length
  cut-json                  half of the reply as a complete one
  html                      a 200 with an HTML page
  empty                     a 200 without a body
  huge                      a 200 with a body that never ends
  redirect-loop             302 to the same address
  garbage-json              a 200 with invalid JSON
  wrong-types               the reply with numbers as texts and texts as numbers";

/// Services with their names.
pub(crate) type Services = Vec<(&'static str, Arc<dyn Service>)>;

/// A service as the command line names it.
#[derive(Debug, Clone)]
enum Stub {
    NwsSim,
    OpenWeatherSim { key: String },
    InfluxDb { org: String, bucket: String, token: String },
    AlertmanagerSim,
    SlackSim { token: String },
    Heartbeat,
}

impl Arguments {
    /// Creates the requested services, each in its initial state.
    pub(crate) fn services(&self) -> Services {
        let clock = self.clock.map_or_else(Clock::system, Clock::fixed).stepping(self.step);
        self.services.iter().map(|stub| stub.service(&clock)).collect()
    }
}

impl Stub {
    fn service(&self, clock: &Clock) -> (&'static str, Arc<dyn Service>) {
        match self {
            Self::NwsSim => ("nws", Arc::new(NwsSim::new().clock(clock.clone()))),
            Self::OpenWeatherSim { key } => {
                ("openweather", Arc::new(OpenWeatherSim::new(key).clock(clock.clone())))
            }
            Self::InfluxDb { org, bucket, token } => {
                ("influxdb", Arc::new(InfluxDb::new(org, bucket, token)))
            }
            Self::AlertmanagerSim => ("alertmanager", Arc::new(AlertmanagerSim::new())),
            Self::SlackSim { token } => ("slack", Arc::new(SlackSim::new(token))),
            Self::Heartbeat => ("heartbeat", Arc::new(Heartbeat::new())),
        }
    }
}

impl FromStr for Stub {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, setting) =
            text.split_once('=').map_or((text, None), |(name, setting)| (name, Some(setting)));
        let or = |default: &str| setting.unwrap_or(default).to_owned();
        match (name, setting) {
            ("nws", None) => Ok(Self::NwsSim),
            ("alertmanager", None) => Ok(Self::AlertmanagerSim),
            ("heartbeat", None) => Ok(Self::Heartbeat),
            ("nws" | "alertmanager" | "heartbeat", Some(_)) => Err(format!("`{name}` takes no setting")),
            ("openweather", _) => Ok(Self::OpenWeatherSim { key: or("demo-key") }),
            ("slack", _) => Ok(Self::SlackSim { token: or("demo-token") }),
            ("influxdb", _) => {
                let setting = or("demo/demo/demo-token");
                let mut parts = setting.splitn(3, '/').map(str::to_owned);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(org), Some(bucket), Some(token)) => Ok(Self::InfluxDb { org, bucket, token }),
                    _ => Err("`influxdb` takes ORG/BUCKET/TOKEN".to_owned()),
                }
            }
            _ => Err("known are nws, openweather, influxdb, alertmanager, slack, heartbeat".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn read(line: &str) -> Result<Arguments, String> {
        let words = format!("http-sim {line}");
        Arguments::try_parse_from(words.split_whitespace()).map_err(|error| error.to_string())
    }

    #[test]
    fn services_and_options_are_read_in_both_spellings() {
        let arguments = read(
            "--service nws --service=openweather=KEY --port 8080 --step=1h --fault=503:2@/nws --fault reset",
        )
        .unwrap();
        assert_eq!((arguments.port, arguments.faults.len()), (8080, 2));
        let names: Vec<_> = arguments.services().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["nws", "openweather"]);
    }

    #[test]
    fn a_wrong_call_is_refused_with_a_hint() {
        for (line, hint) in [
            ("--servce nws", "--service"),
            ("--service", "a value is required"),
            ("--service nws --port many", "'many'"),
            ("--service weather", "known are nws"),
            ("--service nws=here", "takes no setting"),
            ("--service influxdb=home", "ORG/BUCKET/TOKEN"),
            ("--port 80", "--service"),
        ] {
            let refusal = read(line).unwrap_err();
            assert!(refusal.contains(hint), "{line}: {refusal}");
        }
    }

    #[test]
    fn the_help_names_every_fault() {
        let help = Arguments::command().render_long_help().to_string();
        assert!(http_sim::FailureMode::words().all(|word| help.contains(word)));
    }
}
