//! Prepared stores: run reports, weather of two cities, alerts, and descriptions.

use std::f64::consts::TAU;
use std::path::PathBuf;

use http_client::{Client, Options};
use jiff::{SignedDuration, Timestamp};
use record::{Batch, Record};
use serde_json::{Value, json};
use settings::{Settings as _, Source};
use sink::Sink as _;
use sink_router::{Config, StoreRouter};
use state::State;
use tempfile::TempDir;
use testkit::servers::{Influxdb, Postgres};

use crate::description::description;

/// Text with an attempt to run a script in the reader's browser.
pub const HOSTILE: &str = "\"'><script>document.title='hacked'</script><img src=x onerror=alert(2)>&amp;";

/// A run report, with the columns of the runner.
#[derive(Clone, Record)]
#[record(measurement = "pipeline_runs")]
pub struct Report {
    #[record(time)]
    pub started: Timestamp,
    #[record(tag)]
    pub pipeline: String,
    pub version: &'static str,
    pub run_id: String,
    pub duration: f64,
    pub rows_in: i64,
    pub rows_out: i64,
    pub rows_refused: i64,
    pub rows_spooled: i64,
    pub retries: i64,
    pub stage: &'static str,
    pub status: &'static str,
    pub exit: i64,
    pub error: Option<String>,
}

/// Weather at one place, as observed.
#[derive(Record)]
#[record(measurement = "weather")]
pub struct Weather {
    /// Time of the observation.
    #[record(time)]
    pub observed_at: Timestamp,
    /// Name of the place.
    #[record(tag)]
    pub city: String,
    /// Conditions in words.
    pub description: String,
    /// Air temperature.
    #[record(unit = "°C")]
    pub temp: f64,
    /// Pressure at sea level.
    #[record(unit = "hPa")]
    pub barometric_pressure: f64,
    /// Relative humidity.
    #[record(unit = "%")]
    pub humidity: f64,
    /// Wind speed.
    #[record(unit = "m/s")]
    pub wind: f64,
    /// Rain in the last hour; absent when it is dry.
    #[record(unit = "mm")]
    pub rain_1h: Option<f64>,
    /// Time of the observation, in seconds since 1970 UTC.
    #[record(unit = "s")]
    pub time_stamp: i64,
}

/// Forecast of the next days.
#[derive(Record)]
#[record(measurement = "weather_forecast")]
struct Forecast {
    #[record(time)]
    at: Timestamp,
    #[record(tag)]
    city: &'static str,
    /// Air temperature.
    #[record(unit = "°C")]
    temp: f64,
}

/// A store in a folder of its own.
pub struct Stage {
    folder: TempDir,
    /// Variables of the store.
    pub variables: Vec<(&'static str, String)>,
    /// Time of writing.
    pub now: Timestamp,
}

impl Stage {
    /// Creates an empty embedded store.
    pub fn empty() -> Self {
        Self::with(vec![])
    }

    /// Creates an empty PostgreSQL database.
    pub fn postgres(name: &str) -> Option<Self> {
        let server = testkit::require(Postgres::shared())?;
        Some(Self::with(vec![("POSTGRES_URL", server.fresh_database(name).unwrap())]))
    }

    /// Creates an empty InfluxDB bucket, with state in an embedded store.
    pub fn influxdb(name: &str) -> Option<Self> {
        let server = testkit::require(Influxdb::shared())?;
        server.fresh_bucket(name).unwrap();
        let settings = [
            ("INFLUXDB_URL", server.url()),
            ("INFLUXDB_TOKEN", server.token()),
            ("INFLUXDB_ORG", server.org()),
            ("INFLUXDB_BUCKET", name),
        ];
        Some(Self::with(settings.map(|(name, value)| (name, value.to_owned())).to_vec()))
    }

    /// Creates a filled embedded store.
    pub fn usual() -> Self {
        Self::empty().filled()
    }

    /// Fills the store with four pipelines: one fails, one is late, two are OK.
    pub fn filled(self) -> Self {
        self.write(&self.every(15, 60, "openweather-current", 3));
        self.write(&self.every(180, 60, "openweather-forecast", 4));
        let mut failing = self.every(60, 55, "nws-hourly-forecast", 12);
        for (index, report) in failing.iter_mut().enumerate().filter(|(index, _)| [0, 1, 17].contains(index))
        {
            *report = fail(report, index);
        }
        self.write(&failing);
        self.write(&self.every(30, 40, "openweather-air-pollution", 95));
        self.write(&self.weather());
        self.write(&self.forecast());
        self.keep("openweather-current", "describe", &description());
        self.keep("openweather-current", "alert/openweather-current/temp/below/city=Seattle", &self.cold());
        self.keep("nws-hourly-forecast", "alert/nws-hourly-forecast/run/extract", &self.failing());
        self
    }

    fn with(variables: Vec<(&'static str, String)>) -> Self {
        // Whole seconds, which all formats can represent.
        let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("platform.db").display().to_string();
        let variables = variables.into_iter().chain([("SQLITE_PATH", file)]).collect();
        Self { folder, variables, now }
    }

    /// File of the embedded store.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("platform.db")
    }

    /// Stores records.
    pub fn write<R: Record>(&self, records: &[R]) {
        let tls = tls::client_config(None).unwrap();
        let http = Client::new(Options::new("test", "0", tls.clone())).unwrap();
        let router = StoreRouter::new(&self.config(), &http, &tls);
        let store = router.stores_for(R::schema()).next().unwrap();
        let written = block_on(store.write(&Batch::of(records))).unwrap();
        assert_eq!(written.refused, []);
    }

    /// Stores state.
    pub fn keep(&self, program: &str, key: &str, value: &Value) {
        let state = match self.config().postgres() {
            Some(postgres) => State::postgres(postgres.clone(), tls::client_config(None).unwrap(), program),
            None => State::sqlite(&self.path(), program),
        };
        block_on(state.set(key, &value.to_string())).unwrap();
    }

    fn config(&self) -> Config {
        Config::read(&mut Source::of(self.variables.iter().cloned())).unwrap()
    }

    /// Time a number of minutes ago.
    pub fn ago(&self, minutes: i64) -> Timestamp {
        self.now - SignedDuration::from_mins(minutes)
    }

    /// Successful runs at an interval in minutes, newest first, the last one `last` minutes ago.
    pub fn every(&self, minutes: i64, count: u32, pipeline: &str, last: i64) -> Vec<Report> {
        let report = |index: u32| Report {
            started: self.ago(last + minutes * i64::from(index)),
            pipeline: pipeline.to_owned(),
            version: "0.1.0",
            run_id: format!("{index:08x}"),
            duration: 0.35 + f64::from(index % 7) / 50.0,
            rows_in: 2,
            rows_out: 2,
            rows_refused: 0,
            rows_spooled: 0,
            retries: 0,
            stage: "load",
            status: "ok",
            exit: 0,
            error: None,
        };
        (0..count).map(report).collect()
    }

    /// Two days of weather in two cities, with an observation every ten minutes.
    pub fn weather(&self) -> Vec<Weather> {
        let at = |city: &str, index: i32, warm: f64| {
            let observed_at = self.ago(4 + 10 * i64::from(index));
            // The weather depends on the hour of the day.
            let hours = -f64::from(index) / 6.0;
            let wave = |period: f64, phase: f64| (TAU * (hours / period + phase)).sin();
            let round = |value: f64| (value * 100.0).round() / 100.0;
            let rain = wave(17.0, warm) + wave(5.0, 0.3) - 0.9;
            Weather {
                observed_at,
                city: city.to_owned(),
                description: if rain > 0.0 { "light rain" } else { "broken clouds" }.to_owned(),
                temp: round(warm + 3.4 * wave(24.0, 0.72) + 0.5 * wave(3.1, warm)),
                barometric_pressure: round(1011.0 + 5.0 * wave(61.0, warm / 9.0)).round(),
                humidity: round(80.0 - warm - 12.0 * wave(24.0, 0.72) + 3.0 * wave(4.7, warm)).round(),
                wind: round(4.2 + 2.1 * wave(9.0, warm / 7.0) + 0.8 * wave(1.7, 0.0)).max(0.0),
                rain_1h: (rain > 0.0).then(|| round(rain * 2.0)),
                time_stamp: observed_at.as_second(),
            }
        };
        (0..288).flat_map(|index| [at("Seattle", index, 6.3), at("London", index, 9.8)]).collect()
    }

    /// Four days in the future, and one in the past.
    fn forecast(&self) -> Vec<Forecast> {
        let at = |step: i32| {
            let temp = (70.0 + 34.0 * (f64::from(step) / 8.0 * TAU).sin()).round() / 10.0;
            Forecast { at: self.ago(-180 * i64::from(step)), city: "Seattle", temp }
        };
        (-8..32).map(at).collect()
    }

    fn cold(&self) -> Value {
        let since = self.ago(134);
        json!({
            "state": "firing", "since": since, "seen": self.ago(3), "count": 9,
            "firing": {
                "key": "openweather-current/temp/below/city=Seattle", "event": "firing", "severity": "warning",
                "title": "openweather-current: temp of Seattle is below 5 °C", "detail": "",
                "context": "", "since": since, "at": self.ago(3), "value": self.weather()[0].temp, "limit": 5.0, "unit": "°C",
                "program": "openweather-current"
            },
            "past": [{
                "since": self.ago(1690), "until": self.ago(1480), "count": 14,
                "title": "openweather-current: temp of Seattle is below 5 °C"
            }]
        })
    }

    fn failing(&self) -> Value {
        let since = self.ago(72);
        json!({
            "state": "firing", "since": since, "seen": self.ago(12), "count": 2,
            "firing": {
                "key": "nws-hourly-forecast/run/extract", "event": "firing", "severity": "critical",
                "title": "nws-hourly-forecast failed at extract",
                "detail": "nws: the service did not answer within 20 s", "context": "", "since": since,
                "at": self.ago(12), "program": "nws-hourly-forecast", "link": "https://example.org/runbook"
            }
        })
    }
}

fn fail(report: &Report, index: usize) -> Report {
    Report {
        duration: 61.8,
        rows_in: 0,
        rows_out: 0,
        retries: 3,
        stage: "extract",
        status: "failed",
        exit: 75,
        error: Some(match index {
            17 => "nws: the reply is no JSON: expected value at line 1 column 1".to_owned(),
            _ => "nws: the service did not answer within 20 s".to_owned(),
        }),
        ..report.clone()
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
