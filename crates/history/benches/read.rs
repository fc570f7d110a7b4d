//! Benchmark of reading the embedded store, with ten thousand runs and a million readings.

#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::OnceLock;

use divan::Bencher;
use history::{Dataset, History, Query};
use http_client::{Client, Options};
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;
use settings::{Settings as _, Source};
use sink_router::Config;
use tempfile::TempDir;

/// Fills the store: 20 programs, each every four hours; four sensors, each every 10 s for a month. Tables as created by
/// the sink.
const FILL: &str = "
    CREATE TABLE pipeline_runs (time TEXT NOT NULL, pipeline TEXT DEFAULT '' NOT NULL, version TEXT, run_id TEXT,
        duration REAL, rows_in INTEGER, rows_out INTEGER, rows_refused INTEGER, rows_spooled INTEGER, retries INTEGER,
        stage TEXT, status TEXT, exit INTEGER, error TEXT);
    CREATE UNIQUE INDEX pipeline_runs_identity ON pipeline_runs (time, pipeline);
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
    INSERT INTO pipeline_runs SELECT strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1793000000 + i / 20 * 14400 + i % 20,
        'unixepoch'), 'pipeline-' || (i % 20), '0.1.0', hex(randomblob(8)), 1.5, 24, 24, 0, 0, 0, 'load',
        iif(i % 50 = 0, 'failed', 'ok'), iif(i % 50 = 0, 75, 0), iif(i % 50 = 0, 'openweather: timed out', NULL) FROM n;

    CREATE TABLE air (time TEXT NOT NULL, sensor TEXT DEFAULT '' NOT NULL, pm2 REAL, pm10 REAL, temp REAL);
    CREATE UNIQUE INDEX air_identity ON air (time, sensor);
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
    INSERT INTO air SELECT strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1793000000 + i / 4 * 10, 'unixepoch'),
        'sensor-' || (i % 4), abs(random() % 500) / 10.0, abs(random() % 900) / 10.0, 20.0 FROM n;";

const START: i64 = 1_793_000_000;

fn main() {
    divan::main();
}

fn file() -> &'static str {
    static FILE: OnceLock<(TempDir, String)> = OnceLock::new();
    let (_, path) = FILE.get_or_init(|| {
        let folder = TempDir::with_prefix("history-").unwrap();
        let path = folder.path().join("platform.db").display().to_string();
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch(FILL).unwrap();
        (folder, path)
    });
    path
}

fn read<T>(bencher: Bencher<'_, '_>, work: impl AsyncFn(&History) -> T) {
    let config = Config::read(&mut Source::of([("SQLITE_PATH", file())])).unwrap();
    let tls = tls::client_config(None).unwrap();
    let http = Client::new(Options::new("bench", "0", tls.clone())).unwrap();
    let history = History::new(&config, &http, &tls);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    bencher.bench_local(|| black_box(runtime.block_on(work(&history))));
}

async fn air(history: &History) -> Dataset {
    history.datasets().await.unwrap().into_iter().find(|dataset| dataset.name == "air").unwrap()
}

/// The overview of a page: every program with its last 50 runs.
#[divan::bench]
fn pipelines(bencher: Bencher<'_, '_>) {
    read(bencher, async |history| {
        let pipelines = history.pipelines(Timestamp::UNIX_EPOCH, 50).await.unwrap();
        assert_eq!(pipelines.len(), 20);
    });
}

#[divan::bench]
fn runs_of_one_program(bencher: Bencher<'_, '_>) {
    read(bencher, async |history| assert_eq!(history.runs("pipeline-7", 50).await.unwrap().len(), 50));
}

#[divan::bench]
fn datasets(bencher: Bencher<'_, '_>) {
    read(bencher, async |history| assert_eq!(history.datasets().await.unwrap().len(), 2));
}

#[divan::bench]
fn latest(bencher: Bencher<'_, '_>) {
    read(bencher, async |history| {
        let air = air(history).await;
        assert_eq!(history.latest(&air, Timestamp::MAX, 10).await.unwrap().len(), 4);
    });
}

/// Three fields of four sensors, in 300 points each.
#[divan::bench(args = [1, 7, 29])]
fn series_of_days(bencher: Bencher<'_, '_>, days: i64) {
    read(bencher, async |history| {
        let until = Timestamp::from_second(START).unwrap() + (29 * 24).hours();
        let query = Query {
            fields: ["pm2", "pm10", "temp"].map(str::to_owned).into(),
            tags: BTreeMap::new(),
            since: until - (days * 24).hours(),
            until,
            max_points: 300,
        };
        assert_eq!(history.series(&air(history).await, &query).await.unwrap().len(), 12);
    });
}
