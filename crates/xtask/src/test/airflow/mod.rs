//! Airflow: a real one imports the DAGs, asks for their pods, and runs an image.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use super::images;
use super::manifests;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use super::venv::Venv;
use crate::workspace;

/// Airflow with the providers that the DAGs and their tests use.
static PACKAGES: LazyLock<Vec<&str>> = LazyLock::new(|| Venv::requirements(include_str!("requirements.txt")));

const DAGS: &str = "k8s/airflow/dags";

/// Folder with the other files of the pods.
const BESIDE: &str = "k8s/airflow";

/// The operator wants to know of a cluster, though it asks none here.
const NO_CLUSTER: &str = r#"{"apiVersion": "v1", "kind": "Config", "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "none"}]}"#;

/// Imports and renders the DAGs, holds the pods to the rules and to the schemas, and runs an image.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let venv = Venv { name: "airflow", packages: &PACKAGES };
    let programs = match venv.programs(progress) {
        Ok(programs) => programs,
        Err(reason) => return Outcome::Skipped(vec![format!("Airflow, since {reason}")]),
    };
    let outcome = dags(&programs, progress);
    if !matches!(outcome, Outcome::Passed) {
        return outcome;
    }
    images::run("airflow", &[("AIRFLOW", programs.as_os_str())], progress)
}

fn dags(programs: &Path, progress: &mut Progress) -> Outcome {
    let folder = match prepared() {
        Ok(folder) => folder,
        Err(error) => return Outcome::Failed(format!("{error}\n")),
    };
    let dags = workspace::root().join(DAGS);
    let pods = folder.path().join("pods");
    let scripts: [(&str, &[&Path]); 2] =
        [(include_str!("render.py"), &[&dags, &pods]), (include_str!("exits.py"), &[&dags])];
    for (script, arguments) in scripts {
        let mut command = Command::new(programs.join("python"));
        command.args(["-c", script]).args(arguments).env("AIRFLOW_HOME", folder.path());
        command.env("AIRFLOW__CORE__DAGS_FOLDER", &dags).env("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
        command.env("KUBECONFIG", folder.path().join("cluster")).env("PYTHONDONTWRITEBYTECODE", "1");
        let outcome = watch(progress, command);
        if !matches!(outcome, Outcome::Passed) {
            return outcome;
        }
    }
    match texts(&pods) {
        Ok(texts) => manifests::check_pods(BESIDE, &texts, progress),
        Err(error) => Outcome::Failed(format!("{error}\n")),
    }
}

/// A home for Airflow, with a place for pods.
fn prepared() -> io::Result<TempDir> {
    let folder = TempDir::with_prefix("airflow-")?;
    fs::create_dir(folder.path().join("pods"))?;
    fs::write(folder.path().join("cluster"), NO_CLUSTER)?;
    Ok(folder)
}

fn texts(folder: &Path) -> io::Result<BTreeSet<String>> {
    fs::read_dir(folder)?.map(|entry| fs::read_to_string(entry?.path())).collect()
}
