//! The packages of programs, found by their folders, and their build.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::Program;
use testkit::device::Demo;
use testkit::replay::Case;
use testkit::simulator::Simulator;

/// Folders that contain the packages of programs.
const FOLDERS: [&str; 3] = ["pipelines", "iot", "services"];

/// The package of a program.
pub(crate) struct Package {
    /// Its name, which is that of its folder and of its program.
    pub(crate) name: String,
    folder: PathBuf,
}

impl Package {
    /// Its program, as it is after the build.
    pub(crate) fn program(&self) -> Program {
        Program { name: self.name.clone(), path: built().join(&self.name), package: self.folder.clone() }
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The packages of all programs, sorted by name.
pub(crate) fn all() -> Vec<Package> {
    let folders = FOLDERS.iter().flat_map(|folder| fs::read_dir(root().join(folder)).into_iter().flatten());
    let folders = folders.filter_map(|entry| Some(entry.ok()?.path()));
    let folders = folders.filter(|folder| folder.join("Cargo.toml").is_file());
    let package = |folder: PathBuf| Some(Package { name: folder.file_name()?.to_str()?.to_owned(), folder });
    let mut packages: Vec<_> = folders.filter_map(package).collect();
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    packages
}

/// Builds the programs of these packages by one call of cargo, save those that are [prebuilt](Program::prebuilt).
pub(crate) fn build(packages: &[&Package]) -> Result<(), String> {
    let missing: Vec<_> = packages.iter().filter(|it| Program::prebuilt(&it.name).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut cargo = commands::cargo();
    cargo.current_dir(root()).args(["build", "--bins", "--profile", profile()]);
    cargo.args(missing.iter().flat_map(|package| ["--package", &package.name]));
    for simulator in simulators(packages) {
        cargo.args(["--package", &simulator.package]);
        cargo.args(simulator.example.iter().flat_map(|example| ["--example", example]));
    }
    // Build scripts watch what cargo says of the package under test, and would run again.
    for (name, _) in std::env::vars_os().filter(|(name, _)| describes_package(&name.to_string_lossy())) {
        cargo.env_remove(name);
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the programs under test do not build".to_owned()),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

/// The simulators that the test cases of these packages name, and those of the demos of devices among them.
fn simulators(packages: &[&Package]) -> BTreeSet<Simulator> {
    let calls = packages.iter().flat_map(|package| {
        let program = package.program();
        let mut calls: Vec<_> = Case::all(&program).into_iter().filter_map(|case| case.simulator).collect();
        if !calls.is_empty() {
            calls.push(Demo::of(&program).simulator);
        }
        calls
    });
    calls.filter_map(|call| Simulator::find(&root(), call.split_whitespace().next()?)).collect()
}

fn describes_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

/// The folder that cargo puts programs into, which is the one above that of this test.
fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    test.ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The profile of this test, by the folder it lies in.
fn profile() -> &'static str {
    if built().ends_with("release") { "release" } else { "dev" }
}

fn root() -> PathBuf {
    // Cargo says where this crate is now; the workspace may have been moved since it was built.
    let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let package = now.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    // It lies at `crates/program-tests`.
    package.ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}
