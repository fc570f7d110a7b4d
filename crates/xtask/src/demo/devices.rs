//! Devices: each runs for some seconds with its simulator, and is stopped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use testkit::simulator::RunningSimulator;

use super::outcome::{Failure, Outcome};
use super::program::Program;
use super::stage::{FOLDER, Stage};

/// Time limit for a device to end. Devices promise five seconds.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Runs a device for its time. `simulators` are the programs of simulators by name.
pub(super) fn run(stage: &Stage<'_>, device: &Program, simulators: &BTreeMap<String, PathBuf>) -> Outcome {
    let started = Instant::now();
    let source = if device.demo.simulator.is_some() { "simulated" } else { "live" };
    let mut outcome = Outcome::begin(&device.name, source);
    outcome.runs = 1;
    if let Err(failure) = attempt(stage, device, simulators) {
        outcome.failure = Some(failure);
    }
    outcome.records = stage.store.rows_of(&device.name).unwrap_or_default();
    outcome.duration = started.elapsed();
    if outcome.failure.is_none() && outcome.records == 0 {
        outcome.failure = Some(Failure::before("it stored nothing"));
    }
    outcome
}

fn attempt(
    stage: &Stage<'_>,
    device: &Program,
    simulators: &BTreeMap<String, PathBuf>,
) -> Result<(), Failure> {
    let failed = |problem: String| Failure::before(&problem);
    let folder = device.folder.display().to_string();
    let call = device.demo.simulator.as_ref().map(|call| call.replace(FOLDER, &folder));
    let simulator = call.map(|call| start(&call, simulators)).transpose().map_err(failed)?;
    let log = stage.folder.join(format!("{}.log", device.name));
    let io = |error: std::io::Error| Failure::before(&error.to_string());
    let mut command = stage.command(device, simulator.as_ref().map(RunningSimulator::address));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log).map_err(io)?);
    let mut child = command.spawn().map_err(io)?;
    let seconds = Duration::from_secs(device.demo.seconds.unwrap_or_default().into());
    let log_text = || std::fs::read_to_string(&log).unwrap_or_default();
    if let Some(status) = end_within(&mut child, seconds).map_err(io)? {
        return Err(Failure::of(status, &format!("{}\nit ended by itself", log_text())));
    }
    terminate(&child);
    match end_within(&mut child, PATIENCE).map_err(io)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::of(status, &log_text())),
        None => {
            let _ = child.kill();
            let status = child.wait().map_err(io)?;
            Err(Failure::of(status, "it did not end when it was asked to"))
        }
    }
}

/// Starts the simulator of a call such as `serial-sim sds011`.
fn start(call: &str, simulators: &BTreeMap<String, PathBuf>) -> Result<RunningSimulator, String> {
    let mut words = call.split_whitespace();
    let name = words.next().unwrap_or_default();
    let program = simulators.get(name).ok_or_else(|| format!("there is no simulator `{name}`"))?;
    RunningSimulator::start(program, words)
}

/// Asks a program to end, as an orchestrator does. The standard library knows no other signal than the one that kills.
fn terminate(child: &Child) {
    commands::signal("TERM", child.id());
}

/// Exit status of a program; `None` if it has not ended within that time.
fn end_within(child: &mut Child, time: Duration) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + time;
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= deadline {
            return Ok(status);
        }
        thread::sleep(LOOK_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::screen::Screen;
    use crate::demo::store::Store;

    /// The outcome of a device that does as the script says, and that has stored three records.
    fn run_script(manifest: &str, script: &str) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let rows = "CREATE TABLE pipeline_runs (pipeline TEXT, rows_out INTEGER);
            INSERT INTO pipeline_runs VALUES ('tides', 1), ('tides', 2), ('waves', 8)";
        rusqlite::Connection::open(store.path()).unwrap().execute_batch(rows).unwrap();
        let program = Program::of_script(manifest, script);
        let stage = Stage { store: &store, folder: folder.path(), live: false };
        run(&stage, &program, &[("sh-sim".to_owned(), "/bin/sh".into())].into())
    }

    #[test]
    fn a_device_is_stopped_when_its_time_is_over() {
        let outcome = run_script("seconds = 1", "trap 'exit 0' TERM; while :; do sleep 0.01; done");
        assert_eq!((outcome.error_lines(), outcome.records), (Vec::new(), 3));
    }

    #[test]
    fn a_device_that_ends_by_itself_has_failed() {
        let outcome = run_script("seconds = 60", "echo no sensor >&2; exit 75");
        assert!(outcome.row(&Screen::plain()).ends_with("exit 75"));
        assert_eq!(outcome.error_lines(), ["  no sensor", "  it ended by itself"]);
    }

    #[test]
    fn a_device_gets_the_address_of_its_simulator() {
        let manifest = "seconds = 60\nsimulator = 'sh-sim -c read'\nurl = 'PORT'";
        assert!(run_script(manifest, "exit 0").error_lines().concat().contains("prints no address"));
        let outcome = run_script("seconds = 60\nsimulator = 'sea-sim'\nurl = 'PORT'", "exit 0");
        assert_eq!(outcome.error_lines(), ["  there is no simulator `sea-sim`"]);
    }
}
