//! What Airflow is asked for.

use super::files;
use crate::generate::sample;

fn text(path: &str) -> String {
    let files = files(&sample::model()).unwrap();
    files.into_iter().find(|file| file.path == format!("k8s/airflow/{path}")).unwrap().text
}

#[test]
fn a_dag_has_the_schedule_of_its_program_in_its_time_zone() {
    let text = text("dags/tides.py");
    assert!(text.contains("schedule=\"7 * * * *\",\n    time_zone=\"Europe/Berlin\""), "{text}");
    assert!(text.contains("attempt_seconds=180,\n    retries=2,\n    retry_seconds=10"), "{text}");
    assert!(text.contains("has_history=False"), "{text}");
}

#[test]
fn a_device_with_a_schedule_takes_one_reading() {
    assert!(text("dags/moist.py").contains("arguments=(\"--once\",),"), "{}", text("dags/moist.py"));
}

#[test]
fn what_shares_a_key_shares_a_pool() {
    assert!(text("dags/tides.py").contains("pool=\"tides\""));
    assert!(text("dags/moist.py").contains("pool=\"lego\""));
    let pools: serde_json::Value = serde_json::from_str(&text("pools.json")).unwrap();
    assert_eq!(pools.as_object().unwrap().keys().collect::<Vec<_>>(), ["lego", "tides"]);
}

#[test]
fn what_runs_until_it_is_stopped_has_no_dag() {
    let files = files(&sample::model()).unwrap();
    assert!(!files.iter().any(|file| file.path.contains("/dust.") || file.path.contains("/page.")));
}

/// The one place where the exit codes are written in another language.
#[test]
fn what_is_final_to_kubernetes_is_final_to_airflow() {
    let path = crate::workspace::root().join("k8s/airflow/dags/data_platform/exit_codes.py");
    let text = std::fs::read_to_string(path).unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap();
        line.parse::<u8>().unwrap()
    };
    assert_eq!([value("BROKEN_CONTRACT"), value("MISCONFIGURED")], crate::generate::model::FINAL_EXITS);
}
