//! A copy of the workspace, in which programs can be made.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Files that are copied, since `new`, `generate` or cargo may change them.
const FILES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "clippy.toml",
    "docs/operating.md",
    "rust-toolchain.toml",
    "rustfmt.toml",
];
/// Folders of crates to which a new program may add one.
const GROUPS: [&str; 2] = ["api-clients", "sensors"];

/// A copy of the workspace without its programs. Its crates are links to the real ones, which new crates beside them do
/// not change. It is at the same place each time, so that cargo finds its builds again.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    pub(crate) fn copy(name: &str) -> Self {
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
        link_all(&real.join("crates"), &root.join("crates"), &GROUPS);
        for group in GROUPS {
            link_all(&real.join("crates").join(group), &root.join("crates").join(group), &[]);
        }
        Self { root }
    }

    pub(crate) fn xtask(&self, arguments: &[&str]) -> Output {
        let mut xtask = self.inside(commands::built(env!("CARGO_BIN_EXE_xtask")));
        xtask.args(arguments).env("CARGO_MANIFEST_DIR", self.root.join("crates/xtask")).output().unwrap()
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A call of cargo that has not begun.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut cargo = self.inside(commands::cargo());
        cargo.args(arguments);
        cargo
    }

    /// The command, run in this workspace.
    pub(crate) fn inside(&self, mut command: Command) -> Command {
        // Build scripts watch what cargo says of the package under test, and would run again.
        let describes_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars().filter(|(name, _)| describes_package(name)) {
            command.env_remove(name);
        }
        // Programs of an earlier build, which the step of xtask hands to tests, would be tested in place of edited ones.
        for name in ["UPDATE_EXPECT", "TESTKIT_PROGRAMS", "TESTKIT_RUNNER"] {
            command.env_remove(name);
        }
        command.env("CARGO_TARGET_DIR", target()).current_dir(&self.root);
        command
    }
}

/// The target folder of the real workspace: crates of the registry are built once for both.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// A folder with a link to everything in `real`, except `own`.
fn link_all(real: &Path, folder: &Path, own: &[&str]) {
    fs::create_dir_all(folder).unwrap();
    let entries = fs::read_dir(real).unwrap().map(Result::unwrap);
    for entry in entries.filter(|entry| !own.iter().any(|name| entry.file_name() == *name)) {
        symlink(entry.path(), folder.join(entry.file_name())).unwrap();
    }
}

#[track_caller]
pub(crate) fn expect_success(output: &Output) {
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
