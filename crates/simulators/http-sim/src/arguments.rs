//! The command line: what to serve, where, and what goes wrong.

use std::path::PathBuf;
use std::sync::Arc;

use http_sim::services::{Alertmanager, Heartbeat, InfluxDb, Nws, OpenWeather, Slack};
use http_sim::{Clock, Fault, ParseFaultError, Service};
use jiff::{SignedDuration, Timestamp};

pub(crate) const HELP: &str = "\
Serves stand-ins for HTTP services that speak their real protocol, with faults on request.

Usage: http-sim [--service NAME[=SETTING]]... [--files FOLDER] [OPTION]...

The first line on stdout is the base URL; a line `NAME URL` follows for each service. A service answers at
/NAME, and at / if it is the only one. It runs until it is stopped.

What is served:
  --service nws                       National Weather Service: points, hourly forecast
  --service openweather[=KEY]         OpenWeather: weather, forecast, air pollution   [demo-key]
  --service influxdb[=ORG/BUCKET/TOKEN]
                                      InfluxDB v2 writes; what is stored is shown at
                                      /influxdb/simulator/lines                       [demo/demo/demo-token]
  --service alertmanager              Alertmanager: takes alerts and shows them at
                                      /alertmanager/api/v2/alerts
  --service slack[=TOKEN]             Slack: webhook, chat.postMessage; messages are shown at
                                      /slack/simulator/messages                       [demo-token]
  --service heartbeat                 counts GET requests
  --files FOLDER                      replies from a folder with a routes.toml, or with a response.json
                                      that answers everything, at /

How:
  --port N              the port on 127.0.0.1; 0, the default, picks a free one
  --clock TIME          the time the services live in, such as 2026-03-01T00:00:00Z, instead of now
  --step DURATION       moves that time on after each request, such as 1h, for each endpoint by itself
  --log FILE            appends each request as a line of JSON, with its headers and so with its secrets
  --fault KIND[:N][@PATH]
                        lets the first N requests (all, if left out) whose path and query contain PATH
                        (any, if left out) go wrong; may be given again
  --help, --version

Faults:
  400 401 403 404 500 502   that status
  429 503                   that status with Retry-After: 1
  429-no-wait               429 without Retry-After
  reset                     the connection is reset after the request is read
  stall                     no answer, ever
  trickle                   the answer, one byte a second
  truncate                  half the answer under the full content-length
  cut-json                  half the answer under a fitting content-length
  html                      a 200 with an HTML page
  empty                     a 200 without a body
  huge                      a 200 with a body that never ends
  redirect-loop             302 to the same address
  garbage-json              a 200 that says it is JSON and is not
  wrong-types               the answer with numbers as texts and texts as numbers
";

/// What the caller wants.
#[derive(Debug)]
pub(crate) enum Called {
    Serve(Box<Arguments>),
    Help,
    Version,
}

/// What to serve, and how.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) files: Option<PathBuf>,
    pub(crate) port: u16,
    pub(crate) log: Option<PathBuf>,
    pub(crate) faults: Vec<Fault>,
    services: Vec<String>,
    clock: Clock,
}

/// Services and their names.
pub(crate) type Services = Vec<(&'static str, Arc<dyn Service>)>;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("unknown option `{0}`")]
    Unknown(String),
    #[error("`{0}` needs a value")]
    NoValue(String),
    #[error("`{value}` is no value for `{option}`")]
    BadValue { option: String, value: String },
    #[error("unknown service `{0}`")]
    UnknownService(String),
    #[error("nothing to serve: give `--service` or `--files`")]
    NothingToServe,
    #[error(transparent)]
    Fault(#[from] ParseFaultError),
}

/// Reads the arguments after the program's name.
pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Called, ArgumentError> {
    let mut arguments = Arguments {
        files: None,
        port: 0,
        log: None,
        faults: Vec::new(),
        services: Vec::new(),
        clock: Clock::system(),
    };
    let (mut start, mut step) = (None, None);
    let mut words = words.flat_map(split);
    while let Some(option) = words.next() {
        let option = option.as_str();
        let mut value = || words.next().ok_or_else(|| ArgumentError::NoValue(option.to_owned()));
        match option {
            "--help" | "-h" => return Ok(Called::Help),
            "--version" | "-V" => return Ok(Called::Version),
            "--service" => arguments.services.push(value()?),
            "--files" => arguments.files = Some(value()?.into()),
            "--port" => arguments.port = parse(option, &value()?)?,
            "--log" => arguments.log = Some(value()?.into()),
            "--fault" => arguments.faults.push(value()?.parse()?),
            "--clock" => start = Some(parse::<Timestamp>(option, &value()?)?),
            "--step" => step = Some(parse::<SignedDuration>(option, &value()?)?),
            _ => return Err(ArgumentError::Unknown(option.to_owned())),
        }
    }
    if arguments.services.is_empty() && arguments.files.is_none() {
        return Err(ArgumentError::NothingToServe);
    }
    arguments.clock = start.map_or_else(Clock::system, Clock::fixed).stepping(step.unwrap_or_default());
    // A wrong service is a wrong call, to be told before anything starts.
    arguments.services()?;
    Ok(Called::Serve(Box::new(arguments)))
}

impl Arguments {
    /// The services that were asked for, each in its first state.
    pub(crate) fn services(&self) -> Result<Services, ArgumentError> {
        self.services.iter().map(|text| self.service(text)).collect()
    }

    fn service(&self, text: &str) -> Result<(&'static str, Arc<dyn Service>), ArgumentError> {
        let (name, setting) =
            text.split_once('=').map_or((text, None), |(name, setting)| (name, Some(setting)));
        let bad = || ArgumentError::BadValue { option: "--service".into(), value: text.to_owned() };
        Ok(match (name, setting) {
            ("nws", None) => ("nws", Arc::new(Nws::new().clock(self.clock.clone()))),
            ("alertmanager", None) => ("alertmanager", Arc::new(Alertmanager::new())),
            ("heartbeat", None) => ("heartbeat", Arc::new(Heartbeat::new())),
            ("openweather", key) => (
                "openweather",
                Arc::new(OpenWeather::new(key.unwrap_or("demo-key")).clock(self.clock.clone())),
            ),
            ("influxdb", setting) => {
                let mut parts = setting.unwrap_or("demo/demo/demo-token").splitn(3, '/');
                let mut part = || parts.next().ok_or_else(bad);
                ("influxdb", Arc::new(InfluxDb::new(part()?, part()?, part()?)))
            }
            ("slack", token) => ("slack", Arc::new(Slack::new(token.unwrap_or("demo-token")))),
            ("nws" | "alertmanager" | "heartbeat", Some(_)) => return Err(bad()),
            _ => return Err(ArgumentError::UnknownService(name.to_owned())),
        })
    }
}

/// `--option=value` as two words.
fn split(word: String) -> Vec<String> {
    match word.split_once('=') {
        Some((option, value)) if option.starts_with("--") => vec![option.to_owned(), value.to_owned()],
        _ => vec![word],
    }
}

fn parse<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, ArgumentError> {
    let bad = |_| ArgumentError::BadValue { option: option.to_owned(), value: value.to_owned() };
    value.parse().map_err(bad)
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
    fn services_and_options_are_read_in_both_spellings() {
        let line =
            "--service nws --service=openweather=KEY --port 8080 --step=1h --fault=503:2@/nws --fault reset";
        let Ok(Called::Serve(arguments)) = called(line) else { panic!("not understood") };
        assert_eq!((arguments.port, arguments.faults.len()), (8080, 2));
        let names: Vec<_> = arguments.services().unwrap().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["nws", "openweather"]);
    }

    #[test]
    fn a_wrong_call_is_told_by_its_word() {
        assert_eq!(complaint("--servce nws"), "unknown option `--servce`");
        assert_eq!(complaint("--service"), "`--service` needs a value");
        assert_eq!(complaint("--service nws --port many"), "`many` is no value for `--port`");
        assert_eq!(complaint("--service weather"), "unknown service `weather`");
        assert_eq!(complaint("--service influxdb=home"), "`influxdb=home` is no value for `--service`");
        assert_eq!(complaint(""), "nothing to serve: give `--service` or `--files`");
    }

    #[test]
    fn the_help_names_every_fault() {
        assert!(http_sim::Kind::words().all(|word| HELP.contains(word)));
    }
}
