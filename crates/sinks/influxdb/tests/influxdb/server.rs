//! A write API with scripted responses, and records to write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use http_client::{Client, Options};
use http_sim::{Reply, Request};
use record::{Record, Timestamp};
use secret::Secret;
use serde_json::json;
use sink_influxdb::{Config, InfluxdbSink};

pub(crate) const TOKEN: &str = "s3cret-token";

/// Readings of a processor.
#[derive(Record)]
#[record(measurement = "cpu")]
pub(crate) struct Reading {
    #[record(time)]
    pub(crate) at: Timestamp,
    #[record(tag)]
    pub(crate) host: String,
    /// Its load.
    pub(crate) load: f64,
    /// Free text.
    pub(crate) note: Option<String>,
}

/// So many readings, a second apart.
pub(crate) fn readings(count: i64) -> Vec<Reading> {
    let at = |second| Timestamp::from_second(1_700_000_000 + second).unwrap();
    let reading = |n| Reading { at: at(n), host: format!("h{}", n % 7), load: 0.5, note: None };
    (0..count).map(reading).collect()
}

/// The same, with a note in these rows.
pub(crate) fn noted(count: i64, rows: &[usize]) -> Vec<Reading> {
    let mut readings = readings(count);
    for row in rows {
        readings[*row].note = Some("hot".to_owned());
    }
    readings
}

/// The answer of a server to lines; `None` is that it takes them.
pub(crate) type Answer = Option<Reply>;

pub(crate) struct Server {
    server: http_sim::Server,
    taken: Arc<Mutex<BTreeSet<String>>>,
}

/// One write, as the server saw it.
pub(crate) struct Write {
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) lines: Vec<String>,
}

impl Server {
    /// A server that gives the same answer to everything.
    pub(crate) fn always(answer: Reply) -> Self {
        Self::answering(move |_| Some(answer.clone()))
    }

    /// A server that takes everything.
    pub(crate) fn open() -> Self {
        Self::answering(|_| None)
    }

    /// A server whose answer depends on the lines.
    pub(crate) fn answering(answer: impl Fn(&[String]) -> Answer + Send + Sync + 'static) -> Self {
        let taken = Arc::<Mutex<BTreeSet<String>>>::default();
        let shelf = Arc::clone(&taken);
        let respond = move |request: &Request| {
            let lines = lines(request);
            answer(&lines).unwrap_or_else(|| {
                shelf.lock().unwrap().extend(lines);
                Reply::empty(204)
            })
        };
        Self { server: http_sim::Server::start(respond).unwrap(), taken }
    }

    pub(crate) fn sink(&self) -> InfluxdbSink {
        self.sink_at("")
    }

    pub(crate) fn compressing_sink(&self) -> InfluxdbSink {
        sink_with(self.server.url(), Some(true))
    }

    pub(crate) fn sink_at(&self, path: &str) -> InfluxdbSink {
        sink(&format!("{}{path}", self.server.url()))
    }

    /// The lines of the requests it took.
    pub(crate) fn taken(&self) -> BTreeSet<String> {
        self.taken.lock().unwrap().clone()
    }

    pub(crate) fn writes(&self) -> Vec<Write> {
        self.server.requests().iter().map(Write::new).collect()
    }
}

impl Write {
    fn new(request: &Request) -> Self {
        Self {
            path: request.path.clone(),
            query: request.query.iter().cloned().collect(),
            headers: request.headers.iter().cloned().collect(),
            lines: lines(request),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

pub(crate) fn sink(url: &str) -> InfluxdbSink {
    sink_with(url, None)
}

/// A sink with or without compression.
pub(crate) fn sink_with(url: &str, gzip: Option<bool>) -> InfluxdbSink {
    let tls = tls::client_config(None).unwrap();
    let http = Client::new(Options::new("test", "0", tls)).unwrap();
    let config = Config {
        url: url.parse().unwrap(),
        token: Secret::from(TOKEN),
        org: "home".to_owned(),
        bucket: "iot".to_owned(),
        gzip,
    };
    InfluxdbSink::new(&config, &http)
}

/// An error as InfluxDB 2 says it.
pub(crate) fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"code": "invalid", "message": message}))
}

fn lines(request: &Request) -> Vec<String> {
    request.text().lines().map(str::to_owned).collect()
}
