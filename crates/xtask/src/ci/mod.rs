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

const USAGE: &str = "\
cargo xtask ci plan | build | publish

  plan       which images this push builds: outputs `any`, `builds`, `programs`
             BEFORE: the commit before the push; PROGRAMS: those a person named
  build      builds an image, runs it, and pushes it by its digest
             PROGRAM, ARCHITECTURE
  publish    joins the images of a program under its tags, signs them, and attests what is in them:
             outputs `image`, `digest`
             PROGRAM, REF: what was pushed, as in refs/heads/main or refs/tags/v1.2.3

The last two log in to the registry with REGISTRY_USER and REGISTRY_PASSWORD, and keep what they hand on in `dist`.
";

/// Where one job leaves what another needs.
const HANDED_ON: &str = "dist";

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outputs = match words.as_slice() {
        ["plan"] => plan::outputs(&Event {
            before: variable("BEFORE"),
            programs: variable("PROGRAMS").split_whitespace().map(str::to_owned).collect(),
        })?,
        ["build"] => Build::of(&required("PROGRAM")?, &required("ARCHITECTURE")?)?.run(HANDED_ON.as_ref())?,
        ["publish"] => Publication::of(&required("PROGRAM")?, &required("REF")?)?.run(HANDED_ON.as_ref())?,
        ["--help" | "-h"] => {
            print!("{USAGE}");
            return Ok(());
        }
        _ => return Err(format!("`ci` does not understand `{}`\n\n{USAGE}", arguments.join(" "))),
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
