//! `cargo xtask prove`: the checks in a root of Debian as fresh as it comes, with the commit that is checked out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use commands::Essential;
use tempfile::TempDir;
use testkit::Requirement;

use super::install;
use super::progress::Progress;
use super::root::Root;
use crate::workspace;

/// Runs the checks of the commit that is checked out in a fresh Debian: a root with a C compiler, git and certificates,
/// a copy of this Rust toolchain, and nothing else.
///
/// It needs root, and the network for all that the checks install. Changes that are not committed are not tried.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Steps to run; without one, all that run by default.
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
    /// Release of Debian.
    #[arg(long, default_value = "trixie")]
    release: String,
}

/// Packages that the checks may rely on; `.github/workflows/ci.yaml` installs the same.
const PACKAGES: &str = "ca-certificates,gcc,git,libc6-dev";
/// Paths of the commit, the toolchain and downloaded crates in the root.
const CHECKOUT: &str = "srv/data-platform";
const TOOLCHAIN: &str = "opt/rust";
const CRATES: &str = "root/.cargo/registry/cache";
/// Files for access to the network: names, certificate authorities, the index of Python.
const NETWORK: [&str; 4] =
    ["etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt", "etc/pip.conf"];
const VARIABLES: [&str; 6] = [
    "CI=true",
    "HOME=/root",
    "LC_ALL=C.UTF-8",
    "PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "CARGO_TERM_COLOR=never",
    "TERM=dumb",
];

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let mut progress = Progress::begin("prove");
    install::ensure(&[Requirement::Git, Requirement::Mmdebstrap], &mut progress)?;
    let root = TempDir::with_prefix_in("prove-", workspace::target()?).map_err(|error| error.to_string())?;
    let prepared = prepare(root.path(), &arguments.release, &mut progress);
    let outcome = prepared.and_then(|()| check(root.path(), &arguments.steps));
    if is_mounted(root.path()) {
        // To remove it would remove what is mounted.
        return Err(format!("something is mounted below {}, which stays", root.keep().display()));
    }
    outcome
}

fn prepare(root: &Path, release: &str, progress: &mut Progress) -> Result<(), String> {
    Root { release, packages: PACKAGES }.unpack(root, progress)?;
    progress.say("copying the toolchain and the commit");
    for file in NETWORK {
        let from = Path::new("/").join(file);
        if from.exists() {
            // A link in the root may lead to this machine.
            let _ = fs::remove_file(root.join(file));
            fs::copy(&from, root.join(file)).map_err(|error| format!("{}: {error}", from.display()))?;
        }
    }
    copy(&sysroot()?, &root.join(TOOLCHAIN))?;
    // Crates that cargo has downloaded: another machine would download the same.
    let crates = workspace::cargo_home()?.join("registry/cache");
    if crates.is_dir() {
        copy(&crates, &root.join(CRATES))?;
    }
    let mut git = Requirement::Git.command().map_err(|missing| missing.to_string())?;
    git.args(["clone", "--quiet", "--no-hardlinks"]).arg(workspace::root()).arg(root.join(CHECKOUT));
    succeeds(git)
}

/// Runs the steps, whose output is that of this command.
fn check(root: &Path, steps: &[String]) -> Result<(), String> {
    let mut unshare = Essential::Unshare.command();
    unshare.args(["--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "/bin/sh", "-c"]);
    unshare.args([include_str!("prove.sh"), "prove"]).arg(root).args(VARIABLES);
    let script = format!("cd /{CHECKOUT} && exec cargo --locked xtask test \"$@\"");
    unshare.args(["/bin/sh", "-c", &script, "test"]);
    unshare.args(steps);
    succeeds(unshare)
}

/// The folder of the compiler that built this.
fn sysroot() -> Result<PathBuf, String> {
    let output = commands::rustc().args(["--print", "sysroot"]).output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    let from = from.canonicalize().map_err(|error| format!("{}: {error}", from.display()))?;
    let mut cp = Essential::Cp.command();
    cp.args(["--archive", "--no-target-directory"]).arg(from).arg(to);
    succeeds(cp)
}

fn succeeds(mut command: Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) }
}

/// Whether anything is mounted in a folder; true if that is not known.
fn is_mounted(folder: &Path) -> bool {
    fs::read_to_string("/proc/mounts").map_or(true, |mounts| holds(&mounts, folder))
}

fn holds(mounts: &str, folder: &Path) -> bool {
    let places = mounts.lines().filter_map(|line| line.split(' ').nth(1));
    places.into_iter().any(|place| Path::new(place).starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_below_a_folder_is_found() {
        let mounts = "proc /t/prove-a/proc proc rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n";
        assert!(holds(mounts, Path::new("/t/prove-a")));
        assert!(!holds(mounts, Path::new("/t/prove")) && !holds(mounts, Path::new("/t/prove-b")));
    }
}
