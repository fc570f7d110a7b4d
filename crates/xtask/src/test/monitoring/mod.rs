//! Prometheus and Alertmanager: their files are valid, each rule fires when it should, and alerts reach their receivers.

mod metrics;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use crate::workspace;

/// The programs that check.
const TOOLS: [Requirement; 2] = [Requirement::Promtool, Requirement::Amtool];

/// Feature that Debian's promtool lacks. The rest of a file with it can be checked.
const DISCOVERY: &str = "kubernetes_sd_configs";

/// Checks everything below `monitoring`.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&TOOLS, progress) {
        return Outcome::Skipped(vec![format!("rules and routes of alerts, since {reason}")]);
    }
    let folder = workspace::root().join("monitoring");
    let checks = [
        rules(&folder, progress),
        configuration(&folder, progress),
        routes(&folder, progress),
        metrics::check(&folder.join("prometheus/rules.yaml"), &workspace::root()),
    ];
    let faults: Vec<_> = checks.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() { Outcome::Passed } else { Outcome::Failed(format!("{}\n", faults.join("\n"))) }
}

/// The rules, and the tests beside them.
fn rules(folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let file = |name: &str| folder.join("prometheus").join(name);
    run(
        Requirement::Promtool,
        &["check", "rules", "--lint=all", "--lint-fatal"],
        &file("rules.yaml"),
        progress,
    )?;
    run(Requirement::Promtool, &["test", "rules"], &file("rules.test.yaml"), progress)?;
    let [rules, tests] = ["rules.yaml", "rules.test.yaml"].map(|name| fs::read_to_string(file(name)));
    let (rules, tests) = (rules.map_err(|it| it.to_string())?, tests.map_err(|it| it.to_string())?);
    let untested = metrics::untested(&rules, &tests);
    if untested.is_empty() {
        Ok(())
    } else {
        Err(format!("rules.test.yaml shows no {} that fires", untested.join(", ")))
    }
}

/// Configuration of Prometheus and Alertmanager. Files with credentials are elsewhere.
fn configuration(folder: &Path, progress: &mut Progress) -> Result<(), String> {
    for name in ["prometheus.yaml", "kubernetes.yaml"] {
        let file = folder.join("prometheus").join(name);
        let text = fs::read_to_string(&file).map_err(|error| format!("{name}: {error}"))?;
        let copy = tempfile::NamedTempFile::with_suffix(".yaml").map_err(|error| error.to_string())?;
        fs::write(copy.path(), without_discovery(&text)?).map_err(|error| error.to_string())?;
        let problem = |problem| format!("{name}: {problem}");
        run(Requirement::Promtool, &["check", "config", "--syntax-only"], copy.path(), progress)
            .map_err(problem)?;
    }
    run(Requirement::Amtool, &["check-config"], &alertmanager(folder), progress)
}

fn without_discovery(text: &str) -> Result<String, String> {
    let mut configuration: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let jobs = configuration.pointer_mut("/scrape_configs").and_then(Value::as_array_mut);
    for job in jobs.into_iter().flatten().filter_map(Value::as_object_mut) {
        if job.remove(DISCOVERY).is_some() {
            job.insert("static_configs".to_owned(), json!([]));
        }
    }
    Ok(configuration.to_string())
}

/// Each line of `routes.txt`: the receiver, and the labels of an alert that comes to it.
fn routes(folder: &Path, progress: &mut Progress) -> Result<(), String> {
    let text =
        fs::read_to_string(folder.join("alertmanager/routes.txt")).map_err(|error| error.to_string())?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (receiver, labels) = line.split_once(' ').unwrap_or((line, ""));
        let mut command = Requirement::Amtool.command().map_err(|missing| missing.to_string())?;
        command.args(["config", "routes", "test"]);
        command.arg(format!("--config.file={}", alertmanager(folder).display()));
        command.arg(format!("--verify.receivers={receiver}")).args(labels.split_whitespace());
        ended(command, progress).map_err(|problem| format!("routes.txt, `{line}`: {problem}"))?;
    }
    Ok(())
}

fn alertmanager(folder: &Path) -> PathBuf {
    folder.join("alertmanager/alertmanager.yaml")
}

fn run(program: Requirement, arguments: &[&str], file: &Path, progress: &mut Progress) -> Result<(), String> {
    let mut command = program.command().map_err(|missing| missing.to_string())?;
    command.args(arguments).arg(file);
    ended(command, progress)
}

fn ended(command: Command, progress: &mut Progress) -> Result<(), String> {
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(ended.output.trim().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_discovery_is_left_out() {
        let text =
            "scrape_configs:\n  - job_name: a\n    kubernetes_sd_configs: [{ role: pod }]\n  - job_name: b\n";
        let expected =
            json!({ "scrape_configs": [{ "job_name": "a", "static_configs": [] }, { "job_name": "b" }] });
        assert_eq!(without_discovery(text), Ok(expected.to_string()));
    }
}
