//! Devices: their test cases, each of them one reading from a simulator, and the simulator that their demo reads from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::replay::Case;
use crate::simulator::{RunningSimulator, Simulator};
use crate::world::World;
use crate::{Outcome, Program};

/// The simulator that the demo of a device reads from, as its `Cargo.toml` has it, and the settings of the demo.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Demo {
    /// The call of the simulator.
    pub simulator: String,
    /// The variable that holds its address.
    url: String,
    environment: BTreeMap<String, String>,
}

impl Demo {
    /// The demo of a program.
    ///
    /// # Panics
    /// Its `Cargo.toml` cannot be read, or has a demo of another form.
    #[expect(clippy::expect_used, reason = "a manifest that cannot be read fails the test")]
    pub fn of(program: &Program) -> Self {
        let manifest = fs::read_to_string(program.package.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Value = toml::from_str(&manifest).expect("a manifest of TOML");
        let demo = ["package", "metadata", "pipeline", "demo"]
            .iter()
            .try_fold(&manifest, |value, member| value.get(member));
        let demo = demo.map_or_else(toml::Table::new, |demo| demo.as_table().cloned().unwrap_or_default());
        demo.try_into().expect("a demo with a simulator")
    }

    /// Starts the simulator, and makes the world of a program that reads from it.
    ///
    /// # Errors
    /// The simulator does not start.
    pub(crate) fn start(&self, program: &Program) -> Result<(World, RunningSimulator), String> {
        let in_folder = |text: &str| text.replace("{folder}", &program.package.display().to_string());
        let sensor = start(program, &in_folder(&self.simulator))?;
        let mut world = World::without_source(program);
        world.set(&self.url, sensor.address());
        for (name, value) in &self.environment {
            world.set(name, &in_folder(value));
        }
        Ok((world, sensor))
    }
}

/// Takes one reading from the simulator of a case and compares the result with its golden files: `loaded.lp` without
/// times, which are those of the test, or `failure.txt`. With `UPDATE_EXPECT` they are made to agree instead.
///
/// # Errors
/// The simulator does not start, a file cannot be written, or all that differs.
pub(crate) fn check(program: &Program, case: &Case, call: &str) -> Result<(), String> {
    let sensor = start(program, &call.replace("{case}", &case.folder.display().to_string()))?;
    let mut world = World::without_source(program);
    world.set(&case.source, sensor.address());
    for (name, value) in &case.settings {
        world.set(name, value);
    }
    let outcome = world.run(&["--once"]);
    let failure = failure(&world, &outcome).replace(sensor.address(), "{{address}}");
    let text = |name: &str| fs::read_to_string(case.folder.join(name)).unwrap_or_default();
    let got = [("loaded.lp", world.timeless()), ("failure.txt", failure)];
    let mut differs = got.iter().filter(|(name, got)| text(name) != *got);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let write = |(name, got): &(&str, String)| fs::write(case.folder.join(name), got);
        return differs.try_for_each(write).map_err(|error| error.to_string());
    }
    let told: Vec<_> = differs.map(|(name, got)| format!("{name}: got\n{got}")).collect();
    if told.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n{}\n{}", case.folder.display(), told.join("\n"), outcome.stderr))
}

/// Starts a simulator by its call.
fn start(program: &Program, call: &str) -> Result<RunningSimulator, String> {
    let mut words = call.split_whitespace();
    let built = program.path.parent().unwrap_or(Path::new(""));
    let simulator = Simulator::path(built, words.next().unwrap_or_default());
    RunningSimulator::start(&simulator, words)
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
