//! `watchdog` with run reports of others in its store.

use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;
use testkit::world::World;
use testkit::{Outcome, Program};

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    a_silent_pipeline_alerts_once_and_is_resolved_once
    a_pipeline_that_keeps_failing_alerts_with_its_last_error
    an_expected_program_that_was_never_seen_alerts
    configured_periods_take_precedence_and_ignored_programs_do_not_alert
    to_ignore_a_program_closes_its_alert
    it_does_not_watch_itself_and_an_empty_store_is_well
    a_store_that_is_away_is_no_silence
    all_mistakes_are_reported_at_once
};

/// Table of run reports as created by the sink, with the relevant columns.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS pipeline_runs (time TEXT NOT NULL, pipeline TEXT DEFAULT '' NOT NULL, status TEXT, error TEXT);
    CREATE UNIQUE INDEX IF NOT EXISTS pipeline_runs_identity ON pipeline_runs (time, pipeline);";

/// A world with an embedded store.
struct Scene {
    world: World,
    /// Start of the test, for exact intervals.
    now: Timestamp,
}

impl Scene {
    fn new(program: &Program) -> Self {
        let mut world = World::without_source(program);
        world.use_embedded_store();
        std::fs::create_dir(world.folder().join("data")).unwrap();
        Self { world, now: Timestamp::now() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.world.set(name, value);
        self
    }

    fn store(&self) -> Connection {
        let connection = Connection::open(self.world.folder().join("data/platform.db")).unwrap();
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

    fn run(&self) -> Outcome {
        self.world.run(&[])
    }

    /// Runs the program, which must succeed.
    fn look(&self) {
        let outcome = self.run();
        assert_eq!(outcome.exit, Some(0), "{}", outcome.stderr);
    }

    /// Texts of all messages so far.
    fn messages(&self) -> Vec<String> {
        self.world.alerts()
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

fn a_silent_pipeline_alerts_once_and_is_resolved_once(program: &Program) {
    let scene = Scene::new(program);
    scene.ran("weather", &[100, 85, 70, 55, 40], None);
    scene.ran("air", &[61, 46, 31, 16, 1], None);
    scene.look();
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let told = &messages[0];
    assert!(told.contains("weather is silent") && told.contains("usually every 15 min"), "{told}");
    assert!(!told.contains("air"), "{told}");
    let health = scene.health();
    assert_eq!(health[0], ("air".to_owned(), Some(1), Some(900.0), false));
    assert_eq!((health[1].0.as_str(), health[1].1, health[1].3), ("weather", Some(40), true));

    scene.ran("weather", &[0], None);
    scene.look();
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("weather works again"), "{}", messages[1]);
}

fn a_pipeline_that_keeps_failing_alerts_with_its_last_error(program: &Program) {
    let scene = Scene::new(program);
    scene.ran("weather", &[200, 185, 170, 155], None);
    scene.ran("weather", &[30, 15, 1], Some("openweather: the key is not valid"));
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("weather keeps failing"), "{}", messages[0]);
    assert!(messages[0].contains("openweather: the key is not valid"), "{}", messages[0]);
}

fn an_expected_program_that_was_never_seen_alerts(program: &Program) {
    let scene = Scene::new(program).with("WATCHDOG_EXPECT", "weather; sds011");
    scene.ran("weather", &[1], None);
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].contains("sds011 is silent") && messages[0].contains("no successful run is known"),
        "{messages:?}"
    );
    let health = scene.health();
    assert_eq!(health[0], ("sds011".to_owned(), None, None, true));
}

fn configured_periods_take_precedence_and_ignored_programs_do_not_alert(program: &Program) {
    let scene =
        Scene::new(program).with("WATCHDOG_PERIODS", "hourly=3600;quick=30").with("WATCHDOG_IGNORE", "old");
    scene.ran("hourly", &[119, 118, 117, 116], None);
    scene.ran("quick", &[2], None);
    scene.ran("old", &[5000, 4985, 4970, 4955], None);
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].contains("quick is silent"), "{messages:?}");
}

fn to_ignore_a_program_closes_its_alert(program: &Program) {
    let scene = Scene::new(program);
    scene.ran("old", &[5000, 4985, 4970, 4955], None);
    scene.look();
    let scene = scene.with("WATCHDOG_IGNORE", "old");
    scene.look();
    scene.look();
    let messages = scene.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[1].contains("old is no longer watched"), "{}", messages[1]);
}

fn it_does_not_watch_itself_and_an_empty_store_is_well(program: &Program) {
    let scene = Scene::new(program);
    scene.look();
    scene.ran("watchdog", &[5000, 4985, 4970, 4955], None);
    scene.look();
    assert!(scene.messages().is_empty(), "{:?}", scene.messages());
}

fn a_store_that_is_away_is_no_silence(program: &Program) {
    let scene = Scene::new(program)
        .with("POSTGRES_URL", "postgres://me@127.0.0.1:1/platform")
        .with("WATCHDOG_EXPECT", "weather");
    let output = scene.run();
    assert_eq!(output.exit, Some(75));
    let messages = scene.messages();
    assert!(messages.iter().all(|message| !message.contains("silent")), "{messages:?}");
}

fn all_mistakes_are_reported_at_once(program: &Program) {
    let scene =
        Scene::new(program).with("WATCHDOG_PERIODS", "weather=soon").with("WATCHDOG_SEVERITY", "loud");
    let output = scene.run();
    let log = &output.stderr;
    assert_eq!(output.exit, Some(78), "{log}");
    assert!(log.contains("WATCHDOG_PERIODS must be") && log.contains("WATCHDOG_SEVERITY must be"), "{log}");
}
