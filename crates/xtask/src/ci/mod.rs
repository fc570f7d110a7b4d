//! `cargo xtask ci`: what the steps of the GitHub workflows do.
//!
//! A workflow cannot be run where it is written, so it says nothing but which machine, which rights, and which of these.

mod build;
mod outputs;
mod plan;
mod publish;
mod tool;

use std::path::PathBuf;

use build::Build;
use plan::Event;
use publish::Publication;

/// Runs a step of the GitHub workflows.
///
/// `build` and `publish` log in to the registry with the variables `REGISTRY_USER` and `REGISTRY_PASSWORD`, and pass
/// files on in the folder `dist`. Outputs are added to the file `GITHUB_OUTPUT`, or printed without it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Step {
    /// Tells which images this push builds: outputs `any`, `builds`, `programs`.
    ///
    /// Variables: BEFORE, the commit before the push; PROGRAMS, those a person named.
    Plan,
    /// Builds an image, runs it, and pushes it by its digest.
    ///
    /// Variables: PROGRAM, ARCHITECTURE.
    Build,
    /// Joins the images of a program under its tags, signs them, and attests their contents: outputs `image`, `digest`.
    ///
    /// Variables: PROGRAM; REF, the pushed reference, as in refs/heads/main or refs/tags/v1.2.3.
    Publish,
}

/// Where one job leaves what another needs.
const HANDED_ON: &str = "dist";

pub(crate) fn run(step: Step) -> Result<(), String> {
    let outputs = match step {
        Step::Plan => plan::outputs(&Event {
            before: variable("BEFORE"),
            programs: variable("PROGRAMS").split_whitespace().map(str::to_owned).collect(),
        })?,
        Step::Build => {
            Build::of(&required("PROGRAM")?, &required("ARCHITECTURE")?)?.run(HANDED_ON.as_ref())?
        }
        Step::Publish => {
            Publication::of(&required("PROGRAM")?, &required("REF")?)?.run(HANDED_ON.as_ref())?
        }
    };
    let file = Some(variable("GITHUB_OUTPUT")).filter(|path| !path.is_empty()).map(PathBuf::from);
    outputs.tell(file.as_deref())
}

/// A variable of the workflow; empty where it is not set.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default().trim().to_owned()
}

fn required(name: &str) -> Result<String, String> {
    Some(variable(name)).filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is not set"))
}
