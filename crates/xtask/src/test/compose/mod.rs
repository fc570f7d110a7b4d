//! Checks of the files for Docker Compose: by Compose itself, by its schema, and by further rules.

mod rules;

use std::fs;
use std::process::Command;

use serde_json::Value;
use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use crate::workspace;

/// Readers of Compose files: Compose itself, and its schema.
const TOOLS: [Requirement; 2] = [Requirement::Compose, Requirement::CheckJsonschema];

/// Settings of services of `compose.yaml` in files outside of Compose, which name secrets.
const MANAGED_SETTINGS: [(&str, &str); 3] = [
    ("alertmanager", "monitoring/alertmanager/alertmanager.yaml"),
    ("grafana", "docker/grafana/provisioning/datasources/data-platform.yaml"),
    ("prometheus", "monitoring/prometheus/prometheus.yaml"),
];

const FILES: [&str; 2] = ["compose.yaml", "compose.pipelines.yaml"];

/// Sets a copy of `docker` up as its README says, and checks what Compose makes of it.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&TOOLS, progress) {
        return Outcome::Skipped(vec![format!("Compose files, since {reason}")]);
    }
    match faults() {
        Ok(faults) if faults.is_empty() => validate(progress),
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

fn faults() -> Result<Vec<String>, String> {
    let copy = tempfile::TempDir::with_prefix("compose-").map_err(|error| error.to_string())?;
    let folder = copy.path().join("docker");
    run(commands::Essential::Cp.command().arg("-R").arg(workspace::root().join("docker")).arg(&folder))?;
    let mut faults = Vec::new();
    let bare = run(compose()?.args(["--file", "compose.yaml", "config"]).current_dir(&folder));
    match bare {
        Err(refusal) if refusal.contains("prepare.sh") => {}
        Err(refusal) => faults.push(format!("without settings, Compose does not say what to do: {refusal}")),
        Ok(_) => faults.push("Compose accepts compose.yaml without settings".to_owned()),
    }
    run(commands::shell().arg("./prepare.sh").current_dir(&folder))?;
    // The file of the programs serves also where the stores are elsewhere.
    let alone = ["--file", "compose.pipelines.yaml"];
    for files in [&[][..], &alone] {
        let mut command = compose()?;
        command.args(files).args(["--profile", "*", "config", "--format", "json"]).current_dir(&folder);
        let text = run(&mut command)?;
        let project: Value =
            serde_json::from_str(&text).map_err(|error| format!("docker compose config: {error}"))?;
        faults.extend(rules::faults(&project));
        for (service, file) in MANAGED_SETTINGS.iter().filter(|_| files.is_empty()) {
            let text = fs::read_to_string(workspace::root().join(file))
                .map_err(|error| format!("{file}: {error}"))?;
            let unmounted = rules::unmounted(&project, service, &text);
            faults.extend(
                unmounted.map(|path| format!("{service}: {file} names {path}, which is not mounted")),
            );
        }
    }
    Ok(faults)
}

/// Output of a command, or its error.
fn run(command: &mut Command) -> Result<String, String> {
    let output =
        command.output().map_err(|error| format!("{}: {error}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

fn compose() -> Result<Command, String> {
    Requirement::Compose.command().map_err(|missing| missing.to_string())
}

fn validate(progress: &mut Progress) -> Outcome {
    let mut command = match Requirement::CheckJsonschema.command() {
        Ok(command) => command,
        Err(missing) => return Outcome::Failed(format!("{missing}\n")),
    };
    command.args(["--builtin-schema", "vendor.compose-spec"]).args(FILES);
    command.current_dir(workspace::root().join("docker"));
    super::steps::watch(progress, command)
}
