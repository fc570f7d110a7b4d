//! The files for Docker Compose: that Compose and its schema accept them, and what no schema says.

mod plugin;
mod rules;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::progress::Progress;
use super::step::Outcome;
use super::venv::Venv;
use crate::workspace;

/// The schema of Compose files, and what reads it.
const VALIDATOR: Venv<'_> = Venv {
    name: "compose",
    packages: &[
        "check-jsonschema==0.39.0",
        "attrs==26.1.0",
        "certifi==2026.10.18",
        "charset-normalizer==3.5.2",
        "click==8.5.1",
        "idna==3.20",
        "jsonschema==4.26.0",
        "jsonschema-specifications==2025.9.1",
        "referencing==0.37.0",
        "regress==2026.9.1",
        "requests==2.34.2",
        "rpds-py==2026.9.1",
        "ruamel.yaml==0.19.1",
        "typing-extensions==4.16.0",
        "urllib3==2.8.0",
    ],
};

/// Settings of services of `compose.yaml` in files outside of Compose, which name secrets.
const MANAGED_SETTINGS: [(&str, &str); 3] = [
    ("alertmanager", "monitoring/alertmanager/alertmanager.yaml"),
    ("grafana", "docker/grafana/provisioning/datasources/data-platform.yaml"),
    ("prometheus", "monitoring/prometheus/prometheus.yaml"),
];

const FILES: [&str; 2] = ["compose.yaml", "compose.pipelines.yaml"];

/// Sets a copy of `docker` up as its README says, and checks what Compose makes of it.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    let plugin = match plugin::program(progress) {
        Ok(plugin) => plugin,
        Err(reason) => return Outcome::Skipped(vec![format!("Compose files, since {reason}")]),
    };
    match faults(&plugin) {
        Ok(faults) if faults.is_empty() => validate(progress),
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

fn faults(plugin: &Path) -> Result<Vec<String>, String> {
    let copy = tempfile::TempDir::with_prefix("compose-").map_err(|error| error.to_string())?;
    let folder = copy.path().join("docker");
    run(Command::new("cp").arg("-R").arg(workspace::root().join("docker")).arg(&folder))?;
    let mut faults = Vec::new();
    let bare = run(Command::new(plugin).args(["--file", "compose.yaml", "config"]).current_dir(&folder));
    match bare {
        Err(refusal) if refusal.contains("prepare.sh") => {}
        Err(refusal) => faults.push(format!("without settings, Compose does not say what to do: {refusal}")),
        Ok(_) => faults.push("Compose accepts compose.yaml without settings".to_owned()),
    }
    run(Command::new("./prepare.sh").current_dir(&folder))?;
    // The file of the programs serves also where the stores are elsewhere.
    let alone = ["--file", "compose.pipelines.yaml"];
    for files in [&[][..], &alone] {
        let mut command = Command::new(plugin);
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

fn validate(progress: &mut Progress) -> Outcome {
    let programs = match VALIDATOR.programs(progress) {
        Ok(programs) => programs,
        Err(reason) => {
            return Outcome::Skipped(vec![format!("Compose files against their schema, since {reason}")]);
        }
    };
    let mut command = Command::new(programs.join("check-jsonschema"));
    command.args(["--builtin-schema", "vendor.compose-spec"]).args(FILES);
    command.current_dir(workspace::root().join("docker"));
    super::steps::watch(progress, command)
}
