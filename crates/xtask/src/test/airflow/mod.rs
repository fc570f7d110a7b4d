//! Airflow: a real one imports the DAGs, asks for their pods, and runs an image.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;
use testkit::Requirement;

use super::images;
use super::install;
use super::manifests;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::workspace;

const DAGS: &str = "k8s/airflow/dags";

/// Folder with the other files of the pods.
const BESIDE: &str = "k8s/airflow";

/// The operator wants to know of a cluster, though it asks none here.
const NO_CLUSTER: &str = r#"{"apiVersion": "v1", "kind": "Config", "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "none"}]}"#;

/// Imports and renders the DAGs, holds the pods to the rules and to the schemas, and runs an image.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&[Requirement::Airflow], progress) {
        return Outcome::Skipped(vec![format!("Airflow, since {reason}")]);
    }
    let outcome = dags(progress);
    if !matches!(outcome, Outcome::Passed) {
        return outcome;
    }
    images::run("airflow", progress)
}

fn dags(progress: &mut Progress) -> Outcome {
    let folder = match prepared() {
        Ok(folder) => folder,
        Err(error) => return Outcome::Failed(format!("{error}\n")),
    };
    let dags = workspace::root().join(DAGS);
    let pods = folder.path().join("pods");
    let scripts: [(&str, &[&Path]); 2] =
        [(include_str!("render.py"), &[&dags, &pods]), (include_str!("exits.py"), &[&dags])];
    for (script, arguments) in scripts {
        let mut command = match Requirement::Airflow.beside("python") {
            Ok(command) => command,
            Err(missing) => return Outcome::Failed(format!("{missing}\n")),
        };
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
