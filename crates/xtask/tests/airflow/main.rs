//! An image, run by a real Airflow: how the program ends is what Airflow sees. `cargo xtask test airflow` makes the image,
//! finds an engine, installs Airflow, and runs this.
//!
//! `IMAGES` says which images are there.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "what is shared with the tests of images")]

#[path = "../images/door.rs"]
mod door;
#[path = "../images/engine.rs"]
mod engine;
#[path = "../images/network.rs"]
mod network;

use std::fs;
use std::path::Path;
use std::process::Command;

use http_sim::Server;
use http_sim::services::OpenWeatherSim;
use serde_json::json;
use tempfile::TempDir;
use testkit::Requirement;

use engine::{JOB, image};
use network::Network;

const KEY: &str = "a-key-for-tests";

/// Airflow with a database and a configuration of its own.
struct Airflow {
    home: TempDir,
}

impl Airflow {
    fn new() -> Self {
        let airflow = Self { home: TempDir::with_prefix("airflow-").unwrap() };
        let output = airflow.command(&["db", "migrate"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        airflow
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/airflow/dags");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../k8s/airflow/dags");
        let mut command = Requirement::Airflow.command().unwrap();
        command.args(arguments).env("AIRFLOW_HOME", self.home.path());
        command.env("AIRFLOW__CORE__DAGS_FOLDER", tests).env("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
        // The shared module of the DAGs is the shipped one.
        command.env("PYTHONPATH", shipped).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

/// Exit codes of the attempts of a task, from the notes of the DAG.
fn attempts(notes: &str, task: &str) -> Vec<u8> {
    notes.lines().filter_map(|line| line.strip_prefix(task)?.trim().parse().ok()).collect()
}

#[test]
fn airflow_retries_only_temporary_failures() {
    let network = Network::new();
    let source = Server::start(OpenWeatherSim::new(KEY)).unwrap();
    network.open("openweather", 8080, source.url());
    let changed = Server::start(OpenWeatherSim::new(KEY)).unwrap();
    changed.set_fault("wrong-types".parse().unwrap());
    network.open("changed", 8080, changed.url());

    let settings = |url: &str, key: &str| {
        json!({
            "OPENWEATHER_URL": url, "OPENWEATHER_KEY": key, "CITY": "Seattle",
            "RETRY_BUDGET_SECONDS": "0.001", "DEADLINE_SECONDS": "60",
        })
    };
    let cases = json!({
        "done": settings("http://openweather:8080", KEY),
        "broken_contract": settings("http://changed:8080", KEY),
        "temporary": settings("http://nobody:8080", KEY),
        "misconfigured": settings("http://openweather:8080", ""),
    });
    let airflow = Airflow::new();
    let (input, notes) = (airflow.home.path().join("cases.json"), airflow.home.path().join("attempts"));
    fs::write(&input, cases.to_string()).unwrap();
    let mut command = airflow.command(&["dags", "test", "run_image"]);
    command
        .env("CASES", &input)
        .env("ATTEMPTS", &notes)
        .env("IMAGE", image(JOB))
        .env("NETWORK", &network.name);
    let host = std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned());
    let output = command.env("DOCKER_HOST", host).output().unwrap();
    let log = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();

    let notes = fs::read_to_string(notes).unwrap_or_default();
    assert_eq!(attempts(&notes, "done "), [0], "{log}");
    assert_eq!(attempts(&notes, "broken_contract "), [65], "{log}");
    assert_eq!(attempts(&notes, "temporary "), [75, 75], "{log}");
    assert_eq!(attempts(&notes, "misconfigured "), [78], "{log}");
}
