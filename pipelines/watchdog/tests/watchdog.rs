//! Tests of the shipped program, with run reports of others in its store and a simulated Slack.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::process::{Command, Output};

use http_sim::Server;
use http_sim::services::SlackSim;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

/// Table of run reports as created by the sink, with the relevant columns.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS pipeline_runs (time TEXT NOT NULL, pipeline TEXT DEFAULT '' NOT NULL, status TEXT, error TEXT);
    CREATE UNIQUE INDEX IF NOT EXISTS pipeline_runs_identity ON pipeline_runs (time, pipeline);";

/// A store, a channel, and their settings.
struct World {
    folder: TempDir,
    slack: SlackSim,
    channel: Server,
    settings: BTreeMap<&'static str, String>,
    /// Start of the test, for exact intervals.
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        let folder = TempDir::with_prefix("watchdog-").unwrap();
        let slack = SlackSim::new("unused");
        let channel = Server::start(slack.clone()).unwrap();
        let mut world = Self { folder, slack, channel, settings: BTreeMap::new(), now: Timestamp::now() };
        let path = |name: &str| world.folder.path().join(name).display().to_string();
        let settings = [
            ("SQLITE_PATH", path("platform.db")),
            ("SPOOL_DIR", path("spool")),
            ("SLACK_WEBHOOK_URL", format!("{}{}", world.channel.url(), SlackSim::WEBHOOK)),
            ("RETRY_BUDGET_SECONDS", "0.001".to_owned()),
        ];
        world.settings.extend(settings);
        world
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.insert(name, value.to_owned());
        self
    }

    fn store(&self) -> Connection {
        let connection = Connection::open(&self.settings["SQLITE_PATH"]).unwrap();
        connection.execute_batch(TABLE).unwrap();
        connection
    }

    /// Stores runs of a program, by their age in minutes.
    fn ran(&self, pipeline: &str, minutes_ago: &[i64], error: Option<&str>) {
        let status = if error.is_some() { "failed" } else { "ok" };
        for minutes in minutes_ago {
            let time = self.now - minutes.minutes();
            let time = time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
            let run = (time, pipeline, status, error);
            self.store()
                .execute(
                    "INSERT INTO pipeline_runs (time, pipeline, status, error) VALUES (?1, ?2, ?3, ?4)",
                    run,
                )
                .unwrap();
        }
    }

    fn run(&self) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchdog"));
        command.env_clear().envs(&self.settings).current_dir(self.folder.path()).output().unwrap()
    }

    /// Runs the program, which must succeed.
    fn look(&self) {
        let output = self.run();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Texts of all messages so far.
    fn messages(&self) -> Vec<String> {
        let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
        self.slack.messages().iter().map(text).collect()
    }

    /// Name, age in whole minutes, period in seconds and silence, by the newest record of each program.
    fn health(&self) -> Vec<(String, Option<i64>, Option<f64>, bool)> {
        let store = self.store();
        let sql = "SELECT pipeline, CAST(age / 60 AS INTEGER), period, silent FROM pipeline_health \
                   GROUP BY pipeline HAVING time = max(time) ORDER BY pipeline";
        let mut statement = store.prepare(sql).unwrap();
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    }
}

#[test]
fn a_silent_pipeline_alerts_once_and_is_resolved_once() {
    let world = World::new();
    world.ran("weather", &[100, 85, 70, 55, 40], None);
    world.ran("air", &[61, 46, 31, 16, 1], None);
    world.look();
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let message = &messages[0];
    assert!(message.contains("weather is silent") && message.contains("usually every 15 min"), "{message}");
    assert!(!message.contains("air"), "{message}");
    let health = world.health();
    assert_eq!(health[0], ("air".to_owned(), Some(1), Some(900.0), false));
    assert_eq!((health[1].0.as_str(), health[1].1, health[1].3), ("weather", Some(40), true));

    world.ran("weather", &[0], None);
    world.look();
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("weather works again"), "{}", messages[1]);
}

#[test]
fn a_pipeline_that_keeps_failing_alerts_with_its_last_error() {
    let world = World::new();
    world.ran("weather", &[200, 185, 170, 155], None);
    world.ran("weather", &[30, 15, 1], Some("openweather: the key is not valid"));
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("weather keeps failing"), "{}", messages[0]);
    assert!(messages[0].contains("openweather: the key is not valid"), "{}", messages[0]);
}

#[test]
fn an_expected_program_that_was_never_seen_alerts() {
    let world = World::new().with("WATCHDOG_EXPECT", "weather; sds011");
    world.ran("weather", &[1], None);
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].contains("sds011 is silent") && messages[0].contains("no successful run is known"),
        "{messages:?}"
    );
    let health = world.health();
    assert_eq!(health[0], ("sds011".to_owned(), None, None, true));
}

#[test]
fn configured_periods_take_precedence_and_ignored_programs_do_not_alert() {
    let world = World::new().with("WATCHDOG_PERIODS", "hourly=3600;quick=30").with("WATCHDOG_IGNORE", "old");
    world.ran("hourly", &[119, 118, 117, 116], None);
    world.ran("quick", &[2], None);
    world.ran("old", &[5000, 4985, 4970, 4955], None);
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("quick is silent"), "{messages:?}");
}

#[test]
fn to_ignore_a_program_closes_its_alert() {
    let world = World::new();
    world.ran("old", &[5000, 4985, 4970, 4955], None);
    world.look();
    let world = world.with("WATCHDOG_IGNORE", "old");
    world.look();
    world.look();
    let messages = world.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("old is no longer watched"), "{}", messages[1]);
}

#[test]
fn it_does_not_watch_itself_and_an_empty_store_is_well() {
    let world = World::new();
    world.look();
    world.ran("watchdog", &[5000, 4985, 4970, 4955], None);
    world.look();
    assert!(world.messages().is_empty(), "{:?}", world.messages());
}

#[test]
fn a_store_that_is_away_is_no_silence() {
    let world = World::new()
        .with("POSTGRES_URL", "postgres://me@127.0.0.1:1/platform")
        .with("WATCHDOG_EXPECT", "weather");
    let output = world.run();
    assert_eq!(output.status.code(), Some(75));
    let messages = world.messages();
    assert!(messages.iter().all(|message| !message.contains("silent")), "{messages:?}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let world = World::new().with("WATCHDOG_PERIODS", "weather=soon").with("WATCHDOG_SEVERITY", "loud");
    let output = world.run();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{log}");
    assert!(log.contains("WATCHDOG_PERIODS must be") && log.contains("WATCHDOG_SEVERITY must be"), "{log}");
}
