//! Checks of the units of systemd: systemd accepts them, and they confine their programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use crate::generate::systemd::{Unit, units};
use crate::workspace;

/// The most exposure that a unit may have, in tenths of the points that systemd gives, of which 100 is none at all
/// confined. The rest is for the network, which every program needs, and the device nodes of a program.
const EXPOSURE: u32 = 20;

/// Stands in for the programs, which are not installed here.
const STAND_IN: &str = "/bin/true";

/// Verifies the units of every program as packages hold them, and the one that runs jobs of Compose.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&[Requirement::SystemdAnalyze], progress) {
        return Outcome::Skipped(vec![format!("units of systemd, since {reason}")]);
    }
    match units().and_then(|units| faults(&units)) {
        Ok(faults) if faults.is_empty() => Outcome::Passed,
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

/// The faults that systemd finds in units, and in the one that runs jobs of Compose.
pub(crate) fn faults(units: &[Unit]) -> Result<Vec<String>, String> {
    let folder = tempfile::TempDir::with_prefix("units-").map_err(|error| error.to_string())?;
    let compose = workspace::root().join("docker/job.service");
    let compose = fs::read_to_string(&compose).map_err(|error| format!("{}: {error}", compose.display()))?;
    let compose = compose.replace("WorkingDirectory=/opt/data-platform/docker", "WorkingDirectory=/");
    let mut faults: Vec<_> = verify(&write(folder.path(), COMPOSE, &compose)?)?.into_iter().collect();
    for unit in units {
        let service = write(folder.path(), &format!("{}.service", unit.name), &unit.service)?;
        faults.extend(verify(&service)?);
        faults.extend(expose(&service)?);
        if let Some(timer) = &unit.timer {
            faults.extend(verify(&write(folder.path(), &format!("{}.timer", unit.name), timer)?)?);
        }
    }
    Ok(faults)
}

/// Docker confines what runs in a container, so this unit's exposure is not judged.
const COMPOSE: &str = "job-of-compose.service";

/// Writes a unit in which a program that is there stands in for one that is not installed.
fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let lines = text.lines().map(|line| match line.strip_prefix("ExecStart=") {
        Some(call) => {
            format!("ExecStart={STAND_IN}{}", call.find(' ').map_or("", |end| call.split_at(end).1))
        }
        None => line.to_owned(),
    });
    let path = folder.join(name);
    let text = lines.collect::<Vec<_>>().join("\n");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// Complaints of systemd about a unit itself, not about others that it loads on the way.
fn verify(unit: &Path) -> Result<Option<String>, String> {
    let mut command = Requirement::SystemdAnalyze.command().map_err(|missing| missing.to_string())?;
    command.args(["verify", "--man=no", "--recursive-errors=no"]).arg(unit);
    let (is_ok, text) = run(&mut command)?;
    let name = unit.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let own: Vec<_> = text.lines().filter(|line| line.contains(&name)).collect();
    Ok((!is_ok || !own.is_empty())
        .then(|| format!("{name}: {}", if own.is_empty() { text.clone() } else { own.join("; ") })))
}

/// Complains of a unit that confines its program too little.
fn expose(unit: &Path) -> Result<Option<String>, String> {
    let mut command = Requirement::SystemdAnalyze.command().map_err(|missing| missing.to_string())?;
    command.args(["security", "--offline=true", "--no-pager", &format!("--threshold={EXPOSURE}")]).arg(unit);
    let (is_ok, text) = run(&mut command)?;
    Ok((!is_ok).then(|| text.lines().last().unwrap_or_default().to_owned()))
}

fn run(command: &mut Command) -> Result<(bool, String), String> {
    let output = command.output().map_err(|error| format!("systemd-analyze: {error}"))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&text).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "[Service]\nExecStart=/bin/true\n";

    /// The faults of one unit.
    fn found(service: &str) -> Option<Vec<String>> {
        testkit::require(Requirement::SystemdAnalyze.find())?;
        let unit = Unit {
            name: "tides".to_owned(),
            folder: "pipelines/tides".to_owned(),
            description: "Tides.".to_owned(),
            maintainer: String::new(),
            service: service.to_owned(),
            timer: None,
            settings: Vec::new(),
            schedule: None,
            variables: Vec::new(),
            options: Vec::new(),
            exit_codes: Vec::new(),
        };
        Some(faults(&[unit]).unwrap())
    }

    #[test]
    fn a_unit_that_confines_nothing_is_found() {
        let Some(faults) = found(UNIT) else { return };
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("tides.service") && faults[0].contains("UNSAFE"), "{faults:?}");
    }

    #[test]
    fn a_key_that_systemd_does_not_know_is_found() {
        let Some(faults) = found(&format!("{UNIT}RestartPreventExitCode=65\n")) else { return };
        assert!(faults.iter().any(|fault| fault.contains("Unknown key")), "{faults:?}");
    }
}
