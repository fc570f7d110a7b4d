//! Simulators of sources.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use http_sim::services::{Files, NwsSim, OpenWeatherSim};
use http_sim::{Clock, Reply, Request, Server, Service};
use jiff::Timestamp;

/// A simulated source whose time can be set.
pub(super) struct Simulator {
    server: Server,
    now: Arc<Mutex<Timestamp>>,
}

/// A source at the time that is set.
struct AtTime {
    source: Source,
    now: Arc<Mutex<Timestamp>>,
}

enum Source {
    NwsSim,
    OpenWeatherSim { key: String },
    Files(Files),
}

impl Simulator {
    /// Starts the simulator that a manifest calls `name`. A folder of replies is looked for in `folder`.
    pub(super) fn start(name: &str, folder: &Path) -> Result<Self, String> {
        let source = Source::named(name, folder)?;
        let now = Arc::new(Mutex::new(Timestamp::now()));
        let at_time = AtTime { source, now: Arc::clone(&now) };
        let server = Server::start(at_time).map_err(|error| format!("no simulator: {error}"))?;
        Ok(Self { server, now })
    }

    pub(super) fn url(&self) -> &str {
        self.server.url()
    }

    pub(super) fn set_time(&self, now: Timestamp) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Source {
    fn named(name: &str, folder: &Path) -> Result<Self, String> {
        match name.split_once('=').unwrap_or((name, "")) {
            ("nws", "") => Ok(Self::NwsSim),
            ("openweather", key) => Ok(Self::OpenWeatherSim { key: key.to_owned() }),
            _ if name.starts_with("testcases/") => {
                Files::open(&folder.join(name)).map(Self::Files).map_err(|error| error.to_string())
            }
            _ => Err(format!("there is no simulator `{name}`")),
        }
    }
}

impl Service for AtTime {
    fn reply(&self, request: &Request) -> Reply {
        let clock = Clock::fixed(*self.now.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.source {
            Source::NwsSim => NwsSim::new().clock(clock).reply(request),
            Source::OpenWeatherSim { key } => OpenWeatherSim::new(key).clock(clock).reply(request),
            Source::Files(files) => files.reply(request),
        }
    }
}
