//! The programs of the pipelines, built.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;

use crate::workspace;

/// What cargo says of a thing it made. Source: <https://doc.rust-lang.org/cargo/reference/external-tools.html>.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the programs of those names in one go, cargo's progress in view, and tells where each is.
pub(crate) fn build(names: &[String]) -> Result<BTreeMap<String, PathBuf>, String> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--message-format=json-render-diagnostics"]);
    cargo.args(names.iter().flat_map(|name| ["--package", name]));
    let mut child = cargo.stdout(Stdio::piped()).spawn().map_err(|error| format!("cargo: {error}"))?;
    let messages = child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
    let artifacts = messages.filter_map(|line| serde_json::from_str::<Artifact>(&line.ok()?).ok());
    let built = artifacts.filter_map(|artifact| Some((artifact.target.name, artifact.executable?)));
    let programs: BTreeMap<_, _> = built.filter(|(name, _)| names.contains(name)).collect();
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err("the pipelines do not build".to_owned());
    }
    match names.iter().find(|name| !programs.contains_key(*name)) {
        Some(name) => Err(format!("{name} has no program of its own name")),
        None => Ok(programs),
    }
}
