//! Images: made as they ship, and run in a real engine beside real servers.

use std::process::Command;

use testkit::Requirement;
use testkit::servers::{Docker, Missing};

use super::install;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::image::{Architecture, Places, Workshop, engine};
use crate::workspace;

/// The programs that stand for all: a job, a service, a device.
pub(super) const SAMPLES: [&str; 3] = ["openweather-current", "slack-relay", "mqtt-gateway"];
/// The cargo profile of images and packages in tests. `shipped` tries programs of the profile that ships.
pub(super) const PROFILE: &str = "trial";
/// Apart from the tags of what was made by hand.
const TAG: &str = "test";
/// An engine of one's own.
pub(super) const ENGINE: [Requirement; 2] = [Requirement::Docker, Requirement::Dockerd];

/// Makes images of the samples, hands them to an engine, and runs the tests of images there.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    run("images", progress)
}

/// Makes images of the samples, hands them to an engine, and runs the tests of that name there.
pub(super) fn run(name: &str, progress: &mut Progress) -> Outcome {
    let engine = match engine(progress) {
        Ok(engine) => engine,
        Err(reason) => return Outcome::Skipped(vec![format!("images, since {reason}")]),
    };
    let host = engine.as_ref().map(Docker::host);
    let outcome = watch(progress, lints(name));
    if !matches!(outcome, Outcome::Passed) {
        return outcome;
    }
    match make(host, progress).and_then(|places| tests(name, host, &places)) {
        Ok(command) => watch(progress, command),
        Err(reason) => Outcome::Failed(format!("{reason}\n")),
    }
}

/// The step `clippy` passes over tests that `cargo test` does not run by itself.
fn lints(name: &str) -> Command {
    let mut command = workspace::cargo();
    command.args(["clippy", "--package", "xtask", "--test", name, "--", "--deny", "warnings"]);
    command
}

/// The engine of the machine, which needs no other (`None`), or one that is started for the tests.
fn engine(progress: &mut Progress) -> Result<Option<Docker>, String> {
    install::ensure(&requirements(), progress)?;
    if engine::answers() {
        return Ok(None);
    }
    Docker::start().map(Some).map_err(|missing: Missing| missing.to_string())
}

/// Requirements of the tests of images; a running engine replaces one of their own.
pub(super) fn requirements() -> Vec<Requirement> {
    let mut requirements = vec![Requirement::Skopeo, Requirement::DockerRegistry];
    requirements.extend(ENGINE.into_iter().filter(|_| !engine::answers()));
    requirements
}

fn make(host: Option<&str>, progress: &mut Progress) -> Result<Places, String> {
    let mut command = xtask()?;
    command
        .arg("image")
        .args(SAMPLES)
        .args(["--load", "--tag", TAG, "--profile", PROFILE])
        .envs(host.map(|host| ("DOCKER_HOST", host)));
    match watch(progress, command) {
        Outcome::Passed => Places::here(),
        Outcome::Failed(output) => Err(output),
        Outcome::Skipped(reasons) => Err(reasons.join("\n")),
    }
}

/// The tests that are no part of `cargo test`, since they take images and an engine.
fn tests(name: &str, host: Option<&str>, places: &Places) -> Result<Command, String> {
    let registry = Workshop::open(places.clone())?.place("*");
    let mut command = workspace::cargo();
    command.args(["test", "--package", "xtask", "--test", name]);
    command.envs(host.map(|host| ("DOCKER_HOST", host)));
    command.env("IMAGES", format!("{}:{TAG}", registry?)).env("IMAGES_CONTEXT", places.context());
    command.env("IMAGES_PROFILE", PROFILE);
    Ok(command)
}

/// This program.
pub(super) fn xtask() -> Result<Command, String> {
    workspace::program().map(commands::built)
}

/// The machine's own architecture, and the one that has to be emulated.
pub(super) fn own_and_other() -> Option<[Architecture; 2]> {
    let own = Architecture::host()?;
    let other = Architecture::ALL.into_iter().find(|architecture| *architecture != own)?;
    Some([own, other])
}
