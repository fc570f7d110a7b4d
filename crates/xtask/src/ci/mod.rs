//! `cargo xtask ci`: the steps of the GitHub workflows.
//!
//! A workflow cannot be run locally, so it only names the machine, the permissions, and one of these steps.

#![expect(clippy::disallowed_methods, reason = "no check runs it")]

mod beside;
mod build;
mod hand_on;
mod outputs;
mod plan;
mod provenance;
mod publish;
mod tool;

use std::path::{Path, PathBuf};

use build::Shard;
use outputs::Done;
use plan::Event;

/// Runs a step of the GitHub workflows.
///
/// `build` and `publish` log in to the registry with the variables `REGISTRY_USER` and `REGISTRY_PASSWORD`, and pass
/// files on in the folder `dist`. A program that fails there stops no other; the step fails at its end, and names it.
/// Outputs are added to the file `GITHUB_OUTPUT`, or printed without it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Step {
    /// Tells which images this push builds: outputs `any`, `arm64`, `builds`, `programs`.
    ///
    /// Variables: BEFORE, the commit before the push; PROGRAMS, those a person named.
    Plan,
    /// Puts this program into the folder `tools`, for later jobs: output `sha256`.
    HandOn,
    /// Builds the images of a shard, runs them, and pushes them by their digests.
    ///
    /// Variables: PROGRAMS, ARCHITECTURE.
    Build,
    /// Joins the images of each program under its tags, signs them, and attests their contents: output `any`.
    ///
    /// Variables: PROGRAMS; REF, the pushed reference, as in refs/heads/main or refs/tags/v1.2.3.
    Publish,
    /// Attaches the provenance that GitHub has attested to each published image.
    ///
    /// Variable: BUNDLE, the file of the attestation.
    Provenance,
}

/// Folder in which one job leaves files for another.
const HANDED_ON: &str = "dist";
/// Folder in which this program is left for jobs that do not compile it.
const TOOLS: &str = "tools";

pub(crate) fn run(step: Step) -> Result<(), String> {
    let handed_on = Path::new(HANDED_ON);
    let done: Done = match step {
        Step::Plan => plan::outputs(&Event { before: variable("BEFORE"), programs: programs() })?.into(),
        Step::HandOn => hand_on::run(TOOLS.as_ref())?.into(),
        Step::Build => Shard::of(&programs(), &required("ARCHITECTURE")?)?.run(handed_on)?,
        Step::Publish => publish::run(&programs(), &required("REF")?, handed_on)?,
        Step::Provenance => provenance::run(required("BUNDLE")?.as_ref(), handed_on)?,
    };
    let file = Some(variable("GITHUB_OUTPUT")).filter(|path| !path.is_empty()).map(PathBuf::from);
    // Also after problems: the steps that follow go on with what was done.
    done.outputs.write(file.as_deref())?;
    if done.problems.is_empty() { Ok(()) } else { Err(done.problems.join("\n")) }
}

/// The programs in the variable PROGRAMS, with spaces between.
fn programs() -> Vec<String> {
    variable("PROGRAMS").split_whitespace().map(str::to_owned).collect()
}

/// A variable of the workflow; empty where it is not set.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default().trim().to_owned()
}

fn required(name: &str) -> Result<String, String> {
    Some(variable(name)).filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set"))
}
