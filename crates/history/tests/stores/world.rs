//! A store for one test, with the means to write and read it.

use history::History;
use http_client::{Client, Options};
use record::{Batch, Record, Timestamp};
use rustls::ClientConfig;
use settings::{Settings as _, Source};
use sink::Sink as _;
use sink_router::{Config, StoreRouter};
use tempfile::TempDir;
use testkit::servers::{Influxdb, Postgres};

pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) tls: ClientConfig,
    http: Client,
    folder: TempDir,
}

impl World {
    /// Embedded store in a file that does not exist yet.
    pub(crate) fn sqlite() -> Self {
        Self::new(&[])
    }

    /// A database of its own.
    pub(crate) fn postgres(name: &str) -> Option<Self> {
        let server = testkit::require(Postgres::shared())?;
        // PostgreSQL would cut a longer name, and testkit would not find the database again.
        let name: String = name.chars().take(60).collect();
        Some(Self::new(&[("POSTGRES_URL", &server.fresh_database(&name).unwrap())]))
    }

    /// A bucket of its own.
    pub(crate) fn influxdb(name: &str) -> Option<Self> {
        let server = testkit::require(Influxdb::shared())?;
        server.fresh_bucket(name).unwrap();
        Some(Self::new(&[
            ("INFLUXDB_URL", server.url()),
            ("INFLUXDB_TOKEN", server.token()),
            ("INFLUXDB_ORG", server.org()),
            ("INFLUXDB_BUCKET", name),
        ]))
    }

    fn new(variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("history-").unwrap();
        let path = folder.path().join("platform.db").display().to_string();
        let variables = variables.iter().copied().chain([("SQLITE_PATH", path.as_str())]);
        let config = Config::read(&mut Source::of(variables)).unwrap();
        let tls = tls::client_config(None).unwrap();
        let http = Client::new(Options::new("test", "0", tls.clone())).unwrap();
        Self { config, tls, http, folder }
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn history(&self) -> History {
        History::new(&self.config, &self.http, &self.tls)
    }

    pub(crate) async fn write<R: Record>(&self, records: &[R]) {
        self.write_as(&R::schema().name, records).await;
    }

    pub(crate) async fn write_as<R: Record>(&self, name: &str, records: &[R]) {
        let router = StoreRouter::new(&self.config, &self.http, &self.tls);
        let store = router.stores_for(R::schema()).next().unwrap();
        let written = store.write(&Batch::of(records).named(name)).await.unwrap();
        assert!(written.refused.is_empty(), "{:?}", written.refused);
    }
}

/// A second of 2026-11-22, from midnight.
pub(crate) fn at(second: i64) -> Timestamp {
    let midnight: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    Timestamp::from_second(midnight.as_second() + second).unwrap()
}

/// A run report, as the runner writes it.
#[derive(Record, Clone)]
#[record(measurement = "pipeline_runs")]
pub(crate) struct Report {
    #[record(time)]
    started: Timestamp,
    #[record(tag)]
    pipeline: String,
    version: String,
    run_id: String,
    #[record(unit = "s")]
    duration: f64,
    rows_in: i64,
    rows_out: i64,
    rows_refused: i64,
    rows_spooled: i64,
    retries: i64,
    stage: String,
    status: String,
    exit: i64,
    error: Option<String>,
}

pub(crate) fn run(pipeline: &str, second: i64, error: Option<&str>) -> Report {
    let (stage, status, exit) = if error.is_some() { ("extract", "failed", 75) } else { ("load", "ok", 0) };
    Report {
        started: at(second),
        pipeline: pipeline.to_owned(),
        version: "0.1.0".to_owned(),
        run_id: format!("{pipeline}-{second}"),
        duration: 1.5,
        rows_in: 3,
        rows_out: 2,
        rows_refused: 1,
        rows_spooled: 4,
        retries: 5,
        stage: stage.to_owned(),
        status: status.to_owned(),
        exit,
        error: error.map(str::to_owned),
    }
}

/// Weather, with a field of each type.
#[derive(Record, Clone)]
#[record(measurement = "weather")]
pub(crate) struct Weather {
    #[record(time)]
    pub(crate) observed_at: Timestamp,
    #[record(tag)]
    pub(crate) city: String,
    #[record(tag)]
    pub(crate) station: Option<String>,
    #[record(unit = "°C")]
    pub(crate) temp: f64,
    #[record(unit = "%")]
    pub(crate) clouds: i64,
    pub(crate) rain: Option<f64>,
    pub(crate) is_day: bool,
    pub(crate) conditions: String,
}

pub(crate) fn weather(city: &str, second: i64, temp: f64) -> Weather {
    Weather {
        observed_at: at(second),
        city: city.to_owned(),
        station: None,
        temp,
        clouds: 40,
        rain: None,
        is_day: true,
        conditions: "light rain".to_owned(),
    }
}

/// Report of a copy, in short.
#[derive(Record)]
#[record(measurement = "pipeline_runs")]
pub(crate) struct CopyRun {
    #[record(time)]
    started: Timestamp,
    #[record(tag)]
    pipeline: &'static str,
    #[record(tag)]
    instance: Option<&'static str>,
    run_id: String,
    status: &'static str,
}

pub(crate) fn copy_run(
    pipeline: &'static str,
    instance: Option<&'static str>,
    second: i64,
    status: &'static str,
) -> CopyRun {
    let run_id = format!("{}-{second}", instance.unwrap_or_default());
    CopyRun { started: at(second), pipeline, instance, run_id, status }
}
