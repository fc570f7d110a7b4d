//! Programs as they ship, static and small: they lead to what the test cases say.

use std::process::Command;

use super::apt;
use super::images::{SAMPLES, own_and_other, xtask};
use super::progress::Progress;
use super::step::Outcome;
use super::steps::watch;
use crate::image::{Architecture, CROSS_PACKAGES, Places, Toolchain};
use crate::workspace;

/// Debian package of the emulator for programs of another architecture.
const EMULATOR: &str = "qemu-user-static";

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
    match prepare(other, progress) {
        Ok(()) => replay(other, Some(other.emulator()), progress),
        Err(reason) => Outcome::Skipped(vec![format!("programs for {}, since {reason}", other.name())]),
    }
}

fn neither() -> Outcome {
    Outcome::Skipped(vec!["programs as they ship, since this machine is neither amd64 nor arm64".to_owned()])
}

/// Installs what builds and runs programs of the architecture, if it is not there and may be installed.
fn prepare(architecture: Architecture, progress: &mut Progress) -> Result<(), String> {
    let runs = || Command::new(architecture.emulator()).arg("--version").output().is_ok();
    let Err(reason) = Toolchain::find(architecture).map(drop) else {
        return if runs() { Ok(()) } else { install(&[EMULATOR], progress) };
    };
    if architecture != Architecture::Arm64 || !apt::is_allowed() {
        return Err(reason);
    }
    let added = Command::new("dpkg").args(["--add-architecture", architecture.name()]).status();
    if !added.is_ok_and(|status| status.success()) {
        return Err(format!("dpkg knows no {}", architecture.name()));
    }
    let mut packages = CROSS_PACKAGES.to_vec();
    packages.extend((!runs()).then_some(EMULATOR));
    install(&packages, progress)
}

fn install(packages: &[&str], progress: &mut Progress) -> Result<(), String> {
    if !apt::is_allowed() {
        return Err(format!("they need {}; to install it: {}", packages.join(", "), apt::by_hand(packages)));
    }
    progress.say(&format!("installing {}", packages.join(", ")));
    apt::install(packages, progress)
}

/// Builds the sample as it ships, and replays its test cases through that.
fn replay(architecture: Architecture, runner: Option<String>, progress: &mut Progress) -> Outcome {
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
