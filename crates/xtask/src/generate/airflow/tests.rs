//! Checks of the pools, and of the Python code that has to agree with the generators.

use super::{files, pool};
use crate::generate::model::{FINAL_EXITS, RETRY_SECONDS, START_SECONDS};
use crate::generate::sample;

#[test]
fn programs_with_the_same_key_share_a_pool() {
    let model = sample::model();
    let pool = |program: &str| pool(&model, model.program(program).unwrap());
    assert_eq!((pool("tides"), pool("moist")), ("tides", "lego"));
    let pools: serde_json::Value = serde_json::from_str(&files(&model).unwrap()[0].text).unwrap();
    assert_eq!(pools.as_object().unwrap().keys().collect::<Vec<_>>(), ["lego", "tides"]);
}

#[test]
fn the_python_code_has_the_same_numbers_as_the_generators() {
    let path = crate::workspace::root().join("k8s/airflow/dags/data_platform");
    let number = |file: &str, before: &str| {
        let text = std::fs::read_to_string(path.join(file)).unwrap();
        let rest = text.lines().find_map(|line| line.strip_prefix(before)).unwrap();
        rest.trim_end_matches(')').parse::<u32>().unwrap()
    };
    let exits = ["BROKEN_CONTRACT = ", "MISCONFIGURED = "].map(|name| number("exit_codes.py", name));
    assert_eq!(exits, FINAL_EXITS.map(u32::from));
    assert_eq!(number("dag.py", "RETRY_DELAY = timedelta(seconds="), RETRY_SECONDS);
    assert_eq!(number("cron_job.py", "START_SECONDS = "), START_SECONDS);
}
