//! Programs as they ship, static and small: they lead to what the test cases say.

use std::path::PathBuf;

use testkit::Requirement;

use super::images::{SAMPLES, own_and_other, xtask};
use super::install;
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::image::{Architecture, Places};
use crate::workspace;

/// Tools that build and run a program of the other architecture.
const NEEDED: [Requirement; 3] = [Requirement::CrossRust, Requirement::CrossCompiler, Requirement::Emulator];

/// Replays the test cases of a sample through the program in its image.
pub(super) fn check(progress: &mut Progress) -> Outcome {
    match own_and_other() {
        Some([own, _]) => replay(own, None, progress),
        None => neither(),
    }
}

/// The same for the architecture that this machine is not.
pub(super) fn check_emulated(progress: &mut Progress) -> Outcome {
    let Some([_, other]) = own_and_other() else { return neither() };
    let installed = install::ensure(&NEEDED, progress);
    match installed.and_then(|()| Requirement::Emulator.find().map_err(|it| it.to_string())) {
        Ok(emulator) => replay(other, Some(emulator), progress),
        Err(reason) => Outcome::Skipped(vec![format!("programs for {}, since {reason}", other.name())]),
    }
}

fn neither() -> Outcome {
    Outcome::Skipped(vec!["programs as they ship, since this machine is neither amd64 nor arm64".to_owned()])
}

/// Builds the sample as it ships, and replays its test cases through that.
fn replay(architecture: Architecture, runner: Option<PathBuf>, progress: &mut Progress) -> Outcome {
    let [sample, ..] = SAMPLES;
    let places = match Places::here() {
        Ok(places) => places,
        Err(reason) => return Outcome::Failed(format!("{reason}\n")),
    };
    let folder = places.layouts();
    let mut image = match xtask() {
        Ok(xtask) => xtask,
        Err(reason) => return Outcome::Failed(format!("{reason}\n")),
    };
    image.args(["image", sample, "--arch", architecture.name(), "--oci"]).arg(folder);
    let outcome = watch(progress, image);
    if !matches!(outcome, Outcome::Passed) {
        return outcome;
    }
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--package", "program-tests", "--", &format!("{sample}::cases")]);
    cargo.env("TESTKIT_PROGRAMS", places.context().join(architecture.name()));
    cargo.envs(runner.map(|runner| ("TESTKIT_RUNNER", runner)));
    watch(progress, cargo)
}
