//! Processor time and memory of programs while there is nothing to do.

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::gateway::{Gateway, Setup};
use super::process::{self, Program, Share};

/// Time for which a program is watched.
const WATCHED: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(20);

/// CPU as a share of one core, and resident bytes.
pub(super) struct Idle {
    pub(super) cpu: f64,
    pub(super) memory: f64,
}

/// A gateway that is connected and gets nothing.
pub(super) fn gateway(setup: Setup<'_>) -> Result<Idle, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let gateway = Gateway::start(setup, &folder)?;
    sleep(Duration::from_secs(2));
    let idle = watch(gateway.id());
    gateway.end();
    Ok(idle)
}

/// A sensor between two readings: one that has been read and is due in an hour.
pub(super) fn sensor(program: &Path, simulator: &Path) -> Result<Idle, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let port = folder.path().join("sensor");
    let mut command = Command::new(simulator);
    let _simulator = Program::start(command.args(["sds011", "--link"]).arg(&port))?;
    wait_for("the simulated sensor", || port.exists())?;
    let port = port.display().to_string();
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env_clear().envs([
        ("SERIAL_PORT", port.as_str()),
        ("INTERVAL_SECONDS", "3600"),
        ("WARM_UP_SECONDS", "1"),
        ("SAMPLES", "1"),
        ("LOCATION", "bench"),
        ("LOG_LEVEL", "warn"),
    ]);
    let sensor = Program::start(&mut command)?;
    let store = folder.path().join("data/platform.db");
    wait_for("the first reading", || store.exists())?;
    sleep(Duration::from_secs(3));
    let idle = watch(sensor.id());
    sensor.end();
    Ok(idle)
}

fn watch(id: u32) -> Idle {
    let share = Share::of(id);
    sleep(WATCHED);
    Idle { cpu: share.so_far(), memory: process::memory(id, "VmRSS").unwrap_or_default() }
}

fn wait_for(what: &str, is_there: impl Fn() -> bool) -> Result<(), String> {
    let end = Instant::now() + PATIENCE;
    while !is_there() {
        if Instant::now() > end {
            return Err(format!("{what} did not come"));
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}
