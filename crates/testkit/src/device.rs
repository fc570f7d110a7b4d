//! Test cases of devices: a sensor that says what the case has written down, one reading, and what became of it.
//!
//! A folder of `testcases` holds what the sensor says, `case.toml` with the settings of this case alone, and
//! `loaded.lp` without times, which are those of the test, or `failure.txt`.

#![expect(clippy::expect_used, reason = "this is test code, though not in a test of this crate")]

use std::any::Any;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::Value;

use crate::replay::Case;
use crate::simulator::{RunningSimulator, Simulator};
use crate::world::World;
use crate::{Outcome, Program};

/// A device with its sensor.
pub struct DeviceSetup {
    /// Environment of the program: folders, stores, variables.
    pub world: World,
    /// Values that differ from test to test, each with its placeholder in golden files.
    pub names: Vec<(String, &'static str)>,
    /// The sensor, which is there as long as this is.
    pub sensor: Box<dyn Any>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    /// The environment of the program; an empty value takes a variable away.
    settings: BTreeMap<String, String>,
}

/// Takes one reading in each test case of a package, whose folder is `package`, and compares what became of it with its
/// golden files. With `UPDATE_EXPECT` they are made to agree instead.
///
/// # Panics
///
/// A case leads to something else than it says, or there is none.
pub fn replay(package: &str, set_up: impl Fn(&Path) -> DeviceSetup + Sync) {
    let root = Path::new(package).join("testcases");
    let entries = fs::read_dir(&root).expect("a device has test cases");
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    assert!(!folders.is_empty(), "{} is empty", root.display());
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for folder in &folders {
            scope.spawn(|| {
                let found = problem(folder, set_up(folder));
                problems.lock().expect("no case panics here").extend(found);
            });
        }
    });
    let problems = problems.into_inner().expect("no case panics here");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Takes one reading from the simulator of a case and compares the result with its golden files.
///
/// # Errors
/// The simulator does not start, or all that differs.
pub(crate) fn check(program: &Program, case: &Case, call: &str) -> Result<(), String> {
    let call = call.replace("{case}", &case.folder.display().to_string());
    let mut words = call.split_whitespace();
    let built = program.path.parent().unwrap_or(Path::new(""));
    let simulator = Simulator::path(built, words.next().unwrap_or_default());
    let sensor = RunningSimulator::start(&simulator, words)?;
    let mut world = World::without_source(program);
    world.set(&case.source, sensor.address());
    for (name, value) in &case.settings {
        world.set(name, value);
    }
    let names = vec![(sensor.address().to_owned(), "{{address}}")];
    let found = problem(&case.folder, DeviceSetup { world, names, sensor: Box::new(sensor) });
    found.map_or(Ok(()), Err)
}

/// How what a case leads to differs from its golden files.
fn problem(folder: &Path, setup: DeviceSetup) -> Option<String> {
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let form: Form = toml::from_str(&text("case.toml")).expect("case.toml holds settings");
    let mut world = setup.world;
    for (name, value) in &form.settings {
        world.set(name, value);
    }
    let outcome = world.run(&["--once"]);
    let failure = setup
        .names
        .iter()
        .fold(failure(&world, &outcome), |text, (value, name)| text.replace(value.as_str(), name));
    let got = [("loaded.lp", world.timeless()), ("failure.txt", failure)];
    let differs = got.iter().filter(|(name, got)| text(name) != *got);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        differs
            .for_each(|(name, got)| fs::write(folder.join(name), got).expect("a golden file can be written"));
        return None;
    }
    let differences: Vec<_> = differs.map(|(name, got)| format!("{name}: got\n{got}")).collect();
    (!differences.is_empty())
        .then(|| format!("{}\n{}\n{}", folder.display(), differences.join("\n"), outcome.stderr))
}

/// Exit code, stage, error, number of alerts, where the program fails.
fn failure(world: &World, outcome: &Outcome) -> String {
    if outcome.exit == Some(0) {
        return String::new();
    }
    let report = world.report().unwrap_or_default();
    let text = |member: &str| report.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (exit, alerts) = (outcome.exit.unwrap_or_default(), world.alerts().len());
    let error = world.anonymous(&text("error"));
    format!("exit {exit}\nstage {}\nerror {error}\nalerts {alerts}\n", text("stage"))
}
