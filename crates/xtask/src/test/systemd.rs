//! The units of systemd: that systemd understands them, and how far they confine what they run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use crate::workspace;

const PROGRAM: &str = "systemd-analyze";

/// The most exposure that a unit may have, in tenths of the points that systemd gives, of which 100 is none at all
/// confined. What is left is the network, which every program needs, and the nodes of a device's own.
const EXPOSURE: u32 = 20;

/// Stand-in for programs, which are not installed here.
const STAND_IN: &str = "/bin/true";

/// Asks systemd about every unit below `systemd`, and about the one that runs jobs of Compose.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    if let Err(reason) = install::ensure(&[Requirement::SystemdAnalyze], progress) {
        return Outcome::Skipped(vec![format!("units of systemd, since {reason}")]);
    }
    match faults(&workspace::root()) {
        Ok(faults) if faults.is_empty() => Outcome::Passed,
        Ok(faults) => Outcome::Failed(format!("{}\n", faults.join("\n"))),
        Err(problem) => Outcome::Failed(format!("{problem}\n")),
    }
}

pub(crate) fn faults(root: &Path) -> Result<Vec<String>, String> {
    let copy = tempfile::TempDir::with_prefix("units-").map_err(|error| error.to_string())?;
    let mut faults = Vec::new();
    for unit in units(root, copy.path())? {
        faults.extend(verify(&unit)?);
        // Docker confines what runs in a container.
        if unit.extension().is_some_and(|extension| extension == "service") && !unit.ends_with(COMPOSE) {
            faults.extend(expose(&unit)?);
        }
    }
    Ok(faults)
}

/// The unit that runs a job of Compose, under the name of one.
const COMPOSE: &str = "job-of-compose.service";

/// Copies of all units, in which a program that is there stands in for those that are not.
fn units(root: &Path, copy: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = root.join("systemd");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files: Vec<_> =
        fs::read_dir(&folder).map_err(failed)?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "service" || it == "timer"));
    files.push(root.join("docker/job.service"));
    let mut units = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(failed)?;
        let lines = text.lines().map(|line| match line.strip_prefix("ExecStart=") {
            Some(call) => {
                format!("ExecStart={STAND_IN}{}", call.find(' ').map_or("", |end| call.split_at(end).1))
            }
            None => line.replace("WorkingDirectory=/opt/data-platform/docker", "WorkingDirectory=/"),
        });
        let name = file.file_name().filter(|name| *name != "job.service").unwrap_or(COMPOSE.as_ref());
        let unit = copy.join(name);
        drop_in(&folder, &unit).map_err(failed)?;
        fs::write(&unit, lines.collect::<Vec<_>>().join("\n")).map_err(failed)?;
        units.push(unit);
    }
    Ok(units)
}

/// Puts the drop-in of all programs beside a unit, as install.sh does.
fn drop_in(folder: &Path, unit: &Path) -> std::io::Result<()> {
    let shared = folder.join("program.conf");
    if !shared.is_file() || unit.ends_with(COMPOSE) || unit.extension().is_none_or(|it| it != "service") {
        return Ok(());
    }
    let beside = unit.with_extension("service.d");
    fs::create_dir_all(&beside)?;
    fs::copy(shared, beside.join("program.conf")).map(drop)
}

/// Messages of systemd about a unit, without those about other units that it loads.
fn verify(unit: &Path) -> Result<Option<String>, String> {
    let mut command = Command::new(PROGRAM);
    command.args(["verify", "--man=no", "--recursive-errors=no"]).arg(unit);
    let (is_ok, text) = run(&mut command)?;
    let name = unit.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let own: Vec<_> = text.lines().filter(|line| line.contains(&name)).collect();
    Ok((!is_ok || !own.is_empty())
        .then(|| format!("{name}: {}", if own.is_empty() { text.clone() } else { own.join("; ") })))
}

/// How much a unit could do that its program does not need.
fn expose(unit: &Path) -> Result<Option<String>, String> {
    let mut command = Command::new(PROGRAM);
    command.args(["security", "--offline=true", "--no-pager", &format!("--threshold={EXPOSURE}")]).arg(unit);
    let (is_ok, text) = run(&mut command)?;
    Ok((!is_ok).then(|| text.lines().last().unwrap_or_default().to_owned()))
}

fn run(command: &mut Command) -> Result<(bool, String), String> {
    let output = command.output().map_err(|error| format!("{PROGRAM}: {error}"))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&text).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = "[Service]\nExecStart=/bin/true\n";

    /// Findings in a workspace with one unit.
    fn found(unit: &str) -> Option<Vec<String>> {
        testkit::require(Requirement::SystemdAnalyze.find())?;
        let root = tempfile::tempdir().unwrap();
        for folder in ["systemd", "docker"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("docker/job.service"), UNIT).unwrap();
        fs::write(root.path().join("systemd/tides.service"), unit).unwrap();
        Some(faults(root.path()).unwrap())
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
