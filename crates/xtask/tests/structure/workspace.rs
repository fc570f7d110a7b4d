//! The workspace as the checks see it: its packages and its Rust files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

/// A package of this workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder below the root, such as `crates/sinks/sqlite`.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Whether it reads a source of its own, as programs do unless their manifest says `has_source = false`.
    pub(crate) has_source: bool,
    /// Crates that the runner provides and the program needs itself, as `beside-runner` in its manifest names them with the
    /// reason.
    pub(crate) beside_runner: Vec<String>,
    /// The names of its programs.
    pub(crate) programs: Vec<String>,
}

/// Dependency in a manifest.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether its tests alone need it.
    pub(crate) is_dev: bool,
}

impl Package {
    /// The names of what it needs outside of its tests.
    pub(crate) fn needs(&self) -> impl Iterator<Item = &str> {
        self.dependencies
            .iter()
            .filter(|dependency| !dependency.is_dev)
            .map(|dependency| dependency.name.as_str())
    }

    /// Whether it ships as a program of its own: a pipeline, a device or a service.
    pub(crate) fn is_program(&self) -> bool {
        PROGRAMS.iter().any(|folder| self.folder.starts_with(folder))
    }
}

/// A Rust file of a package.
pub(crate) struct RustFile {
    /// Path below the root, such as `crates/fault/src/lib.rs`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl RustFile {
    /// Whether it is part of what its package ships or offers, not of its tests, benchmarks or examples.
    pub(crate) fn is_source(&self) -> bool {
        self.path.contains("/src/")
    }

    /// The lines that ship: those of a source before its tests, which stand last.
    pub(crate) fn shipped_lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().take_while(|line| *line != TESTS_BEGIN).filter(|_| self.is_source())
    }

    /// The lines that only test.
    pub(crate) fn test_lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().skip_while(|line| self.is_source() && *line != TESTS_BEGIN)
    }
}

/// Folders of the programs that ship.
pub(crate) const PROGRAMS: [&str; 3] = ["pipelines/", "iot/", "services/"];

const TESTS_BEGIN: &str = "#[cfg(test)]";

/// Fails with every breach, and with what to do.
pub(crate) fn hold(advice: &str, breaches: impl IntoIterator<Item = String>) {
    let breaches: Vec<_> = breaches.into_iter().collect();
    assert!(breaches.is_empty(), "{advice}\n  {}\n", breaches.join("\n  "));
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// The text of a file below the root; empty if there is none, so that the check of its content names it.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// All packages, sorted by name.
pub(crate) fn packages() -> &'static [Package] {
    static PACKAGES: OnceLock<Vec<Package>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
        let output = commands::cargo().args(arguments).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut packages: Vec<_> = items(&metadata["packages"]).map(package).collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        packages
    })
}

/// All Rust files of all packages.
pub(crate) fn rust_files() -> &'static [RustFile] {
    static FILES: OnceLock<Vec<RustFile>> = OnceLock::new();
    FILES.get_or_init(|| {
        let paths = ["crates", "iot", "pipelines", "services"].map(|folder| files(folder, "rs")).concat();
        paths.into_iter().map(|path| RustFile { text: text(&path), path }).collect()
    })
}

/// Folders with pages, beside those at the root.
const WITH_PAGES: [&str; 10] =
    ["crates", "deploy", "docker", "docs", "iot", "k8s", "monitoring", "pipelines", "services", "systemd"];

/// The paths of all pages.
pub(crate) fn pages() -> &'static [String] {
    static PAGES: OnceLock<Vec<String>> = OnceLock::new();
    PAGES.get_or_init(|| {
        let names =
            fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let pages = names.filter(|name| has_extension(Path::new(name), "md"));
        pages.chain(WITH_PAGES.into_iter().flat_map(|folder| files(folder, "md"))).collect()
    })
}

fn package(value: &Value) -> Package {
    let manifest = PathBuf::from(string(&value["manifest_path"]));
    let dependency =
        |value: &Value| Dependency { name: string(&value["name"]), is_dev: value["kind"] == "dev" };
    let is_program = |target: &&Value| items(&target["kind"]).any(|kind| kind == "bin");
    Package {
        name: string(&value["name"]),
        folder: below_root(manifest.parent().unwrap()),
        dependencies: items(&value["dependencies"]).map(dependency).collect(),
        has_source: value["metadata"]["pipeline"]["has_source"] != false,
        beside_runner: keys(&value["metadata"]["pipeline"]["beside-runner"]),
        programs: items(&value["targets"]).filter(is_program).map(|target| string(&target["name"])).collect(),
    }
}

/// The files below a folder whose names end in `extension`, sorted.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<String> {
    let (mut files, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // A link leads to files that are met elsewhere.
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else if has_extension(&path, extension) {
                files.push(below_root(&path));
            }
        }
    }
    files.sort();
    files
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|it| it == extension)
}

fn below_root(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().into_iter().flat_map(|table| table.keys().cloned()).collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
