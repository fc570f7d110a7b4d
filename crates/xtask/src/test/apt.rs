//! Installing servers from Debian's archive, without starting any.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::Command;

use super::progress::Progress;

const PROGRAM: &str = "/usr/bin/apt-get";
/// Packages that a crash of this machine would damage are installed again: nothing waits for the disk.
const OPTIONS: [&str; 5] =
    ["install", "--yes", "--no-install-recommends", "--option", "Dpkg::Options::=--force-unsafe-io"];
/// Whom packages ask whether they may start a service.
/// Source: <https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt>.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether packages can be installed without asking anyone: on Debian and its like, by root.
pub(super) fn is_allowed() -> bool {
    // A process owns its own folder.
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    is_root && Path::new(PROGRAM).exists()
}

/// The command that a person would install the packages with.
pub(super) fn by_hand(packages: &[&str]) -> String {
    format!("sudo apt-get install --yes --no-install-recommends {}", packages.join(" "))
}

/// Installs the packages: all at once, and where that fails one by one, so that one the archive does not have keeps no
/// other away.
///
/// # Errors
/// Messages of apt-get about the packages that could not be installed.
pub(super) fn install(packages: &[&str], progress: &mut Progress) -> Result<(), String> {
    let _quiet = NoServices::declare(Path::new(SERVICE_POLICY))
        .map_err(|error| format!("{SERVICE_POLICY}: {error}"))?;
    let mut refusals = Vec::new();
    refusals.extend(apt_get(&["update"], progress).err());
    if apt_get(&[&OPTIONS[..], packages].concat(), progress).is_ok() {
        return Ok(());
    }
    for package in packages {
        let arguments = [&OPTIONS[..], &[package]].concat();
        refusals.extend(apt_get(&arguments, progress).err());
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals.join("; ")) }
}

fn apt_get(arguments: &[&str], progress: &mut Progress) -> Result<(), String> {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    match progress.watch(command) {
        Ok(ended) if ended.is_ok => Ok(()),
        Ok(ended) => Err(format!("apt-get {}: {}", arguments.join(" "), ended.last_line())),
        Err(error) => Err(error.to_string()),
    }
}

/// Keeps packages from starting their services, until it is dropped.
///
/// An existing policy stays as it is.
struct NoServices<'a> {
    policy: Option<&'a Path>,
}

impl<'a> NoServices<'a> {
    fn declare(policy: &'a Path) -> io::Result<Self> {
        let mut file = match File::options().write(true).create_new(true).mode(0o755).open(policy) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Self { policy: None }),
            Err(error) => return Err(error),
        };
        let declared = Self { policy: Some(policy) };
        file.write_all(text(std::process::id()).as_bytes())?;
        Ok(declared)
    }
}

impl Drop for NoServices<'_> {
    fn drop(&mut self) {
        // A policy that outlives its process forbids nothing.
        self.policy.map(fs::remove_file);
    }
}

/// Forbids (101) as long as this process runs, and allows (0) after, in case it is killed before it can clean up.
fn text(process: u32) -> String {
    format!(
        "#!/bin/sh\n# Written by cargo xtask test; safe to remove.\nif [ -d /proc/{process} ]; then exit 101; fi\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(policy: &Path) -> Option<i32> {
        Command::new("sh").arg(policy).status().unwrap().code()
    }

    #[test]
    fn services_are_forbidden_only_while_the_declaration_stands() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy-rc.d");
        let declared = NoServices::declare(&policy).unwrap();
        assert_eq!(verdict(&policy), Some(101));
        drop(declared);
        assert!(!policy.exists());
    }

    #[test]
    fn a_policy_left_behind_forbids_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy-rc.d");
        let past_any_process = 1 << 23;
        fs::write(&policy, text(past_any_process)).unwrap();
        assert_eq!(verdict(&policy), Some(0));
    }

    #[test]
    fn a_policy_of_someone_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let policy = folder.path().join("policy-rc.d");
        fs::write(&policy, "exit 7").unwrap();
        drop(NoServices::declare(&policy).unwrap());
        assert_eq!(verdict(&policy), Some(7));
    }
}
