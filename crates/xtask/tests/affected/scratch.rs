//! A small workspace in a repository of its own, with programs, shared crates and a registry of two packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use testkit::Requirement;

use serde_json::Value;
use tempfile::TempDir;

/// The packages that stand in for a registry: `inside` is linked into a program, `outside` only into its tests.
const REGISTRY: [(&str, &str); 4] =
    [("inside", "1.0.0"), ("inside", "1.0.1"), ("outside", "1.0.0"), ("outside", "1.0.1")];

const ROOT: &str = r#"
[workspace]
resolver = "3"
members = ["crates/*", "pipelines/*"]

[workspace.package]
version = "0.1.0"
edition = "2024"

[workspace.dependencies]
base = { path = "crates/base" }
sea = { path = "crates/sea" }
inside = "=1.0.0"
outside = "=1.0.0"

[workspace.lints.rust]
unsafe_code = "forbid"

[profile.release]
opt-level = "s"
"#;

const PROGRAM: &str = "\n[package.metadata.pipeline]\nschedule = \"7 * * * *\"\n";

/// A workspace under version control, whose first commit is `base()`.
///
/// `tides` links `sea`, which links `base`; `waves` links `base` and the package `inside`. The tests of `tides` need
/// the package `outside`.
pub(crate) struct Scratch {
    folder: TempDir,
    base: String,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let mut scratch = Self { folder: TempDir::with_prefix("affected-").unwrap(), base: String::new() };
        scratch.write("Cargo.toml", ROOT);
        scratch.write("rust-toolchain.toml", &toolchain());
        scratch.write(".cargo/config.toml", &registry_settings());
        scratch.write(".gitignore", "/target\n");
        scratch.write(
            "docker/Dockerfile",
            "FROM scratch\nARG PROGRAM\nCOPY docker/root/ /\nCOPY $PROGRAM /app\n",
        );
        scratch.write("docker/root/data/.keep", "");
        scratch.write("docker/compose.yaml", "services: {}\n");
        scratch.package("crates/base", "", "");
        scratch.package("crates/sea", "[dependencies]\nbase.workspace = true\n", "");
        let tides = "[dependencies]\nsea.workspace = true\n[dev-dependencies]\noutside.workspace = true\n";
        scratch.package("pipelines/tides", tides, PROGRAM);
        let waves = "[dependencies]\nbase.workspace = true\ninside.workspace = true\n";
        scratch.package("pipelines/waves", waves, PROGRAM);
        scratch.vendor();
        scratch.lock();
        scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
        scratch.base = scratch.commit();
        scratch
    }

    /// The first commit.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root().join(path)).unwrap();
        assert!(text.contains(from), "{path} does not hold {from}");
        self.write(path, &text.replace(from, to));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_dir_all(self.root().join(path)).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        let to = self.root().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(self.root().join(from), to).unwrap();
    }

    /// Makes the lock file follow the manifests.
    pub(crate) fn lock(&self) {
        let output = self.cargo(&["update", "--workspace", "--offline"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits everything and returns the commit.
    pub(crate) fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t",
            "commit",
            "--quiet",
            "--message",
            "A change",
        ]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output =
            Requirement::Git.command().unwrap().current_dir(self.root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs `cargo xtask affected` in this workspace.
    pub(crate) fn affected(&self, since: &str, form: &[&str]) -> Output {
        let mut xtask = commands::built(env!("CARGO_BIN_EXE_xtask"));
        xtask.args(["affected", "--since", since]).args(form);
        // Cargo sets it to the folder of the package it runs, from which the workspace is found.
        xtask.env("CARGO_MANIFEST_DIR", self.root().join("crates/xtask"));
        xtask.current_dir(self.root()).output().unwrap()
    }

    /// Outputs of the step `plan` of the workflow, or its error.
    pub(crate) fn plan(&self, before: &str, programs: &str) -> Result<String, String> {
        let outputs = self.folder.path().join("target/outputs");
        fs::create_dir_all(outputs.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&outputs);
        let mut xtask = commands::built(env!("CARGO_BIN_EXE_xtask"));
        xtask
            .args(["ci", "plan"])
            .env("BEFORE", before)
            .env("PROGRAMS", programs)
            .env("GITHUB_OUTPUT", &outputs);
        xtask.env("CARGO_MANIFEST_DIR", self.root().join("crates/xtask")).current_dir(self.root());
        let output = xtask.output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8(output.stderr).unwrap());
        }
        Ok(fs::read_to_string(outputs).unwrap())
    }

    /// Each affected program with the reason, after a change since the first commit.
    pub(crate) fn reasons(&self) -> BTreeMap<String, String> {
        let answer = self.answer(self.base());
        let programs = answer["programs"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        programs.map(|program| (text(&program["name"]), text(&program["reason"]))).collect()
    }

    /// The names of the affected programs.
    pub(crate) fn names(&self) -> Vec<String> {
        self.reasons().into_keys().collect()
    }

    pub(crate) fn answer(&self, since: &str) -> Value {
        let output = self.affected(since, &["--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A package with a library, and a program if `metadata` says that it ships.
    fn package(&self, folder: &str, dependencies: &str, metadata: &str) {
        let name = folder.rsplit('/').next().unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\ndescription = \"{name}\"\nversion.workspace = true\n\
             edition.workspace = true\n{metadata}\n{dependencies}"
        );
        self.write(&format!("{folder}/Cargo.toml"), &manifest);
        let source = if metadata.is_empty() { ("lib", "") } else { ("main", "fn main() {}\n") };
        self.write(&format!("{folder}/src/{}.rs", source.0), source.1);
        self.write(&format!("{folder}/README.md"), &format!("# {name}\n"));
        self.write(&format!("{folder}/tests/claims.rs"), "");
    }

    fn vendor(&self) {
        for (name, version) in REGISTRY {
            let folder = format!("registry/{name}-{version}");
            let manifest =
                format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n");
            self.write(&format!("{folder}/Cargo.toml"), &manifest);
            self.write(&format!("{folder}/src/lib.rs"), "");
            let digit = if version.ends_with('0') { "0" } else { "1" };
            let checksum = format!("{{\"files\":{{}},\"package\":\"{}\"}}", digit.repeat(64));
            self.write(&format!("{folder}/.cargo-checksum.json"), &checksum);
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        commands::cargo().current_dir(self.root()).args(arguments).output().unwrap()
    }
}

fn toolchain() -> String {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(PathBuf::from).unwrap();
    fs::read_to_string(project.join("rust-toolchain.toml")).unwrap()
}

fn registry_settings() -> String {
    "[source.crates-io]\nreplace-with = \"folder\"\n\n[source.folder]\ndirectory = \"registry\"\n".to_owned()
}
