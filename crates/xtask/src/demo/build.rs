//! The programs of the demo, built.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use serde::Deserialize;
use testkit::simulator::Simulator;

use crate::workspace;

/// Message of cargo about a built artifact. Source: <https://doc.rust-lang.org/cargo/reference/external-tools.html>.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Target to build.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    /// The package, whose program has its name.
    pub(super) package: String,
    /// An example of the package, such as the simulator of a driver, in place of its program.
    pub(super) example: Option<String>,
}

impl Wanted {
    pub(super) fn program(package: &str) -> Self {
        Self { package: package.to_owned(), example: None }
    }

    /// The name of what is built.
    fn target(&self) -> &str {
        self.example.as_ref().unwrap_or(&self.package)
    }
}

/// Builds the programs of those names. Returns their paths.
pub(crate) fn programs(names: &[String]) -> Result<BTreeMap<String, PathBuf>, String> {
    build(&names.iter().map(|name| Wanted::program(name)).collect())
}

impl From<Simulator> for Wanted {
    fn from(simulator: Simulator) -> Self {
        Self { package: simulator.package, example: simulator.example }
    }
}

static REUSED: OnceLock<PathBuf> = OnceLock::new();

/// Takes programs from a folder from now on, where they are there.
pub(crate) fn reuse(folder: &Path) {
    // The first folder stays.
    let _ = REUSED.set(folder.to_owned());
}

/// All that is wanted, if none of it has to be built.
fn reused(wanted: &BTreeSet<Wanted>) -> Option<BTreeMap<String, PathBuf>> {
    let find = |it: &Wanted| {
        let here =
            REUSED.get().map(|folder| Simulator::path(folder, it.target())).filter(|path| path.exists());
        let path = here.or_else(|| testkit::Program::prebuilt(it.target()))?;
        Some((it.target().to_owned(), path))
    };
    wanted.iter().map(find).collect()
}

/// Builds what is wanted in one go, cargo's progress in view. Returns their paths by name.
pub(super) fn build(wanted: &BTreeSet<Wanted>) -> Result<BTreeMap<String, PathBuf>, String> {
    if let Some(programs) = reused(wanted) {
        return Ok(programs);
    }
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--message-format=json-render-diagnostics", "--bins"]);
    cargo.args(wanted.iter().flat_map(|it| ["--package", &it.package]));
    cargo.args(wanted.iter().filter_map(|it| it.example.as_deref()).flat_map(|name| ["--example", name]));
    let mut child = cargo.stdout(Stdio::piped()).spawn().map_err(|error| format!("cargo: {error}"))?;
    let messages = child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
    let artifacts = messages.filter_map(|line| serde_json::from_str::<Artifact>(&line.ok()?).ok());
    let programs: BTreeMap<_, _> = artifacts.filter_map(|artifact| artifact.program(wanted)).collect();
    let status = child.wait().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err("the programs do not build".to_owned());
    }
    match wanted.iter().find(|it| !programs.contains_key(it.target())) {
        Some(it) => Err(format!("{} has no program `{}`", it.package, it.target())),
        None => Ok(programs),
    }
}

impl Artifact {
    /// Its name and its executable, if it is one that is wanted.
    fn program(self, wanted: &BTreeSet<Wanted>) -> Option<(String, PathBuf)> {
        let package = self.manifest_path.parent()?.file_name()?.to_str()?;
        let is_example = self.target.kind.iter().any(|kind| kind == "example");
        let fits = |it: &&Wanted| {
            it.package == package && it.target() == self.target.name && it.example.is_some() == is_example
        };
        wanted.iter().find(fits).map(|it| it.target().to_owned()).zip(self.executable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_found_by_its_own_name() {
        let wanted: BTreeSet<_> =
            [Wanted { package: "tides".into(), example: Some("tides-sim".into()) }, Wanted::program("waves")]
                .into();
        let found = |folder: &str, name: &str, kind: &str| {
            let line = format!(
                r#"{{"reason": "compiler-artifact", "manifest_path": "/w/iot/{folder}/Cargo.toml",
                    "target": {{"name": "{name}", "kind": ["{kind}"]}}, "executable": "/t/{name}"}}"#
            );
            serde_json::from_str::<Artifact>(&line).unwrap().program(&wanted).map(|(name, _)| name)
        };
        assert_eq!(found("tides", "tides-sim", "example").as_deref(), Some("tides-sim"));
        assert_eq!(found("waves", "waves", "bin").as_deref(), Some("waves"));
        assert_eq!(found("tides", "tides", "bin"), None);
        assert_eq!(found("waves", "tides-sim", "example"), None);
    }
}
