//! Simulators of sources.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use http_sim::services::{Files, Nws, OpenWeather};
use http_sim::{Clock, Reply, Request, Server, Service};
use jiff::Timestamp;

/// A simulated source whose time can be set.
pub(super) struct Simulator {
    server: Server,
    now: Arc<Mutex<Timestamp>>,
}

/// A source at the time that is set.
struct Moment {
    source: Source,
    now: Arc<Mutex<Timestamp>>,
}

enum Source {
    Nws,
    OpenWeather { key: String },
    Files(Files),
}

impl Simulator {
    /// Starts what a manifest calls `name`. A folder of replies is looked for in `folder`.
    pub(super) fn start(name: &str, folder: &Path) -> Result<Self, String> {
        let source = Source::named(name, folder)?;
        let now = Arc::new(Mutex::new(Timestamp::now()));
        let moment = Moment { source, now: Arc::clone(&now) };
        let server = Server::start(moment).map_err(|error| format!("no simulator: {error}"))?;
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
            ("nws", "") => Ok(Self::Nws),
            ("openweather", key) => Ok(Self::OpenWeather { key: key.to_owned() }),
            _ if name.starts_with("testcases/") => {
                Files::open(&folder.join(name)).map(Self::Files).map_err(|error| error.to_string())
            }
            _ => Err(format!("there is no simulator `{name}`")),
        }
    }
}

impl Service for Moment {
    fn reply(&self, request: &Request) -> Reply {
        let clock = Clock::fixed(*self.now.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.source {
            Source::Nws => Nws::new().clock(clock).reply(request),
            Source::OpenWeather { key } => OpenWeather::new(key).clock(clock).reply(request),
            Source::Files(files) => files.reply(request),
        }
    }
}
