//! Copies of one program on one PostgreSQL and one broker.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tempfile::TempDir;
use testkit::servers::{Mosquitto, Postgres};
use testkit::world::until;

/// One copy of the example `thermometer`.
struct Copy {
    child: Child,
    log: PathBuf,
}

impl Copy {
    /// Starts a copy that shows `temp`, with stores, broker and spool that it shares with the others.
    fn start(folder: &Path, database: &str, broker: &str, instance: Option<&str>, temp: &str) -> Self {
        let name = instance.unwrap_or("only").replace('/', "-");
        let (source, log) = (folder.join(format!("{name}.temp")), folder.join(format!("{name}.log")));
        fs::write(&source, temp).unwrap();
        let tests: PathBuf = std::env::current_exe().unwrap().parent().unwrap().into();
        let child = commands::built(tests.parent().unwrap().join("examples/thermometer"))
            .env_clear()
            .env("THERMOMETER_FILE", source)
            .env("SPOOL_DIR", folder.join("spool"))
            .envs([("POSTGRES_URL", database), ("MQTT_URL", broker), ("SINK", "postgres,mqtt")])
            .envs(instance.map(|instance| ("INSTANCE", instance)))
            .envs([("TERMINATION_LOG", "/nowhere/log"), ("XCOM_FILE", "/nowhere/xcom")])
            .envs([("INTERVAL_SECONDS", "0.1"), ("REPORT_INTERVAL_SECONDS", "0.2")])
            .env("FAILURES_BEFORE_ALERT", "1")
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn copies_share_a_database_and_a_broker_without_taking_each_others_state() {
    let Some(postgres) = testkit::require(Postgres::shared()) else { return };
    let Some(broker) = testkit::require(Mosquitto::shared()) else { return };
    let database = postgres.fresh_database("copies").unwrap();
    let ask = |sql: &str| postgres.execute("copies", sql).unwrap_or_default();
    let folder = TempDir::new().unwrap();
    let start = |instance, temp| Copy::start(folder.path(), &database, &broker.url(), instance, temp);
    let copies = [start(Some("north"), "21500"), start(Some("south"), "broken"), start(None, "23500")];

    let reports =
        "SELECT pipeline || '/' || instance FROM pipeline_runs GROUP BY 1 HAVING count(*) > 1 ORDER BY 1";
    until("reports of each copy", || {
        ask(reports).split_whitespace().eq(["runner/", "runner/north", "runner/south"])
    });
    let alerts = "SELECT program || ' ' || key FROM platform_state \
                  WHERE key LIKE 'alert/%' AND value LIKE '%firing%' ORDER BY 1";
    until("an alert of the one that fails", || {
        ask(alerts).trim() == "runner@south alert/runner@south/run/extract"
    });
    let programs = "SELECT DISTINCT program FROM platform_state ORDER BY 1";
    until("the state of each copy", || {
        ask(programs).split_whitespace().eq(["runner", "runner@north", "runner@south"])
    });
    for copy in &copies {
        assert!(
            !copy.log().contains("unavailable"),
            "a broker ends the older of two connections of one name: {}",
            copy.log()
        );
    }
    assert!(
        copies.iter().any(|copy| copy.log().contains("\"instance\":\"north\"")),
        "log lines name the copy"
    );
}

#[test]
fn an_invalid_instance_name_is_reported() {
    let folder = TempDir::new().unwrap();
    let mut copy =
        Copy::start(folder.path(), "postgres://localhost/x", "mqtt://localhost", Some("a/b"), "21500");
    assert_eq!(copy.child.wait().unwrap().code(), Some(78));
    assert!(copy.log().contains("INSTANCE must be"), "{}", copy.log());
}

#[test]
fn copies_have_spools_of_their_own() {
    let folder = TempDir::new().unwrap();
    // No server listens at these addresses.
    let (database, broker) = ("postgres://me:pw@127.0.0.1:9/data", "mqtt://127.0.0.1:9");
    let start = |instance| Copy::start(folder.path(), database, broker, instance, "21500");
    let _copies = [start(Some("north")), start(None)];
    for spool in ["runner@north.db", "runner.db"] {
        until(spool, || folder.path().join("spool").join(spool).exists());
    }
}
