//! Tests of the results of a run: records in the default store, reports, log lines, a heartbeat.

use http_sim::services::Heartbeat;
use http_sim::{FailureMode, InjectedFault, Server};
use serde_json::Value;

use super::{expect_exit, failing_world, world};
use testkit::Program;

use crate::trials::{Test, tests};

pub(crate) const TESTS: &[Test] = tests! {
    without_any_store_the_embedded_one_takes_everything
    a_run_reports_itself_in_the_store_and_to_its_orchestrator
    a_long_error_fits_into_a_termination_log
    reports_go_only_where_somebody_looks
    every_log_line_is_json_that_says_whose_it_is
    a_heart_beats_after_a_good_run_alone
};

/// Length limit of a termination message in Kubernetes, in bytes.
const TERMINATION_LOG_LIMIT: usize = 4096;

fn without_any_store_the_embedded_one_takes_everything(program: &Program) {
    let mut world = world(program);
    for name in ["INFLUXDB_URL", "INFLUXDB_TOKEN", "INFLUXDB_ORG", "INFLUXDB_BUCKET"] {
        world.set(name, "");
    }
    world.set("SQLITE_PATH", "");
    world.set("SPOOL_DIR", "");
    expect_exit(&world.run(&[]), 0);
    assert!(world.folder().join("data/platform.db").is_file(), "{:?}", world.written());
    world.set("SQLITE_PATH", "{{folder}}/data/platform.db");
    let rows = world.rows();
    let row = rows.get("weather").and_then(|rows| rows.get(0)).expect("a row");
    assert_eq!(row.get("time"), Some(&Value::from("2026-02-16T12:03:00.000000Z")));
    assert_eq!(row.get("temp"), Some(&Value::from(17.42)));
    assert_eq!(world.report_rows().len(), 1);
}

fn a_run_reports_itself_in_the_store_and_to_its_orchestrator(program: &Program) {
    let world = world(program);
    expect_exit(&world.run(&[]), 0);
    let report = world.report().expect("a report");
    for (member, value) in [
        ("pipeline", Value::from("openweather-current")),
        ("status", "ok".into()),
        ("stage", "load".into()),
        ("exit", 0.into()),
        ("rows_in", 1.into()),
        ("rows_out", 1.into()),
        ("retries", 0.into()),
    ] {
        assert_eq!(report.get(member), Some(&value), "{member} of {report}");
    }
    assert_eq!(serde_json::from_str::<Value>(&world.termination_log()).ok(), Some(report));
    let line = world.report_lines();
    assert!(line.starts_with("pipeline_runs,pipeline=openweather-current "), "{line}");
}

fn a_long_error_fits_into_a_termination_log(program: &Program) {
    let mut world = failing_world(program);
    let cities: Vec<_> = (0..200).map(|number| format!("A city of number {number}")).collect();
    world.set("CITY", &cities.join(";"));
    expect_exit(&world.run(&[]), 78);
    let log = world.termination_log();
    assert!((1000..=TERMINATION_LOG_LIMIT).contains(&log.len()), "{} bytes", log.len());
    assert_eq!(world.alerts().len(), 1, "and into a message");
}

fn reports_go_only_where_somebody_looks(program: &Program) {
    let mut world = world(program);
    world.set("TERMINATION_LOG", "{{folder}}/data/none");
    world.set("XCOM_FILE", "{{folder}}/nowhere/xcom.json");
    expect_exit(&world.run(&[]), 0);
    assert!(!world.folder().join("data/none").exists());
    assert!(!world.folder().join("nowhere").exists());
}

fn every_log_line_is_json_that_says_whose_it_is(program: &Program) {
    let world = failing_world(program);
    let outcome = world.run(&[]);
    let mut runs = Vec::new();
    for line in outcome.stderr.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        for member in ["time", "level", "message", "pipeline", "version", "run_id", "stage"] {
            assert!(line.get(member).is_some(), "{member} is not in {line}");
        }
        runs.push(line.get("run_id").cloned());
    }
    runs.dedup();
    assert_eq!(runs.len(), 1, "all lines are of one run");
    let failed: Vec<_> = outcome.stderr.lines().filter(|line| line.contains("\"error\"")).collect();
    assert_eq!(failed.len(), 1, "one line reports the failure: {failed:?}");
}

fn a_heart_beats_after_a_good_run_alone(program: &Program) {
    let heartbeat = Heartbeat::new();
    let server = Server::start(heartbeat.clone()).expect("a free port");
    let mut world = world(program);
    world.set("UPTIME_KUMA_WEBHOOK", &format!("{}/push/key", server.url()));
    expect_exit(&world.run(&[]), 0);
    assert_eq!(server.requests().len(), 1);
    world.source().set_fault(InjectedFault::always(FailureMode::Status(403)));
    expect_exit(&world.run(&[]), 78);
    assert_eq!(server.requests().len(), 1);
}
