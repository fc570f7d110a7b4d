//! `cargo xtask new`: what it makes is built, tested and shown in a copy of this workspace, before a line is edited.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What of the workspace is copied, since the scaffold changes some of it.
const FILES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "clippy.toml",
    "docs/operating.md",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

#[test]
fn what_is_made_passes_its_tests_and_runs_in_the_demo() {
    let workspace = Workspace::copy("made");
    expect_success(&workspace.xtask(&["new", "garden-weather", "--title", "Weather in the garden"]));
    expect_success(&workspace.xtask(&["new", "hill-weather", "--client", "hill-stations"]));

    let mut tests = workspace.command(env!("CARGO"));
    tests
        .args(["test", "--package", "program-tests"])
        .env("TESTKIT_FAULTS", "all")
        .env_remove("TESTKIT_PROGRAMS");
    let tests = tests.output().unwrap();
    expect_success(&tests);
    for test in ["garden-weather::cases::typical", "hill-weather::faults::source::a_server_error_passes"] {
        assert!(text(&tests.stdout).contains(test), "{}", text(&tests.stdout));
    }
    assert!(!text(&tests.stderr).contains("warning"), "{}", text(&tests.stderr));
    let packages = ["--package", "garden-weather", "--package", "hill-weather", "--package", "hill-stations"];
    expect_success(&workspace.cargo(&[&["fmt", "--check"][..], &packages].concat()));

    let demo = workspace.xtask(&["demo", "--no-serve"]);
    expect_success(&demo);
    let shown =
        |name: &str| text(&demo.stdout).lines().any(|line| line.starts_with(name) && line.ends_with("ok"));
    assert!(shown("garden-weather") && shown("hill-weather"), "{}", text(&demo.stdout));
    expect_success(&workspace.xtask(&["generate"]));
    expect_success(&workspace.xtask(&["generate", "--check"]));
    assert!(workspace.root.join("k8s/cronjobs/hill-weather/cron-job.yaml").exists());
    let catalogue = fs::read_to_string(workspace.root.join("README.md")).unwrap();
    assert!(catalogue.contains("| [garden-weather](pipelines/garden-weather) | Weather in the garden |"));
}

#[test]
fn what_is_there_is_not_touched() {
    let workspace = Workspace::copy("refused");
    let refuses = |arguments: &[&str], reason: &str| {
        let output = workspace.xtask(arguments);
        assert!(!output.status.success());
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    };
    refuses(&["new", "openweather-current"], "a package `openweather-current` is in use here already");
    refuses(&["new", "serde"], "a package `serde` is in use here already");
    refuses(&["new", "hill-weather", "--client", "nws"], "crates/api-clients/nws exists already");
    refuses(&["new", "Hill_Weather"], "`Hill_Weather` is no name");
    assert_eq!(fs::read_dir(workspace.root.join("pipelines")).unwrap().count(), 0);
}

/// A copy of the workspace without its pipelines: the crates are links to the real ones, so that making a client
/// does not change those. It lies where it did the last time, so that cargo finds what it built then.
struct Workspace {
    root: PathBuf,
}

impl Workspace {
    fn copy(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new").join(name);
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        for folder in ["pipelines", "iot", "services", "docs"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        for file in FILES {
            fs::copy(real.join(file), root.join(file)).unwrap();
        }
        // One device and one service, so that the pages and the members of the workspace are true.
        for program in ["iot/host-telemetry", "services/status-page"] {
            symlink(real.join(program), root.join(program)).unwrap();
        }
        link_all(&real.join("crates"), &root.join("crates"), "api-clients");
        link_all(&real.join("crates/api-clients"), &root.join("crates/api-clients"), "");
        Self { root }
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        let mut xtask = self.command(env!("CARGO_BIN_EXE_xtask"));
        xtask.args(arguments).env("CARGO_MANIFEST_DIR", self.root.join("crates/xtask")).output().unwrap()
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        self.command(env!("CARGO")).args(arguments).output().unwrap()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        // Build scripts watch what cargo says of the package under test, and would run again.
        let describes_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| describes_package(name)) {
            command.env_remove(name);
        }
        command.env("CARGO_TARGET_DIR", target()).env_remove("UPDATE_EXPECT").current_dir(&self.root);
        command
    }
}

/// The folder that holds what is built of the real workspace. What is the same in both is not built twice.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// A folder with a link to everything in `real`, except `own`.
fn link_all(real: &Path, folder: &Path, own: &str) {
    fs::create_dir_all(folder).unwrap();
    for entry in fs::read_dir(real).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != own) {
        symlink(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

#[track_caller]
fn expect_success(output: &Output) {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
