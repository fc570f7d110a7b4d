//! Installing servers from Debian's archive, without starting any.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use commands::Essential;

use crate::test::progress::Progress;

const PROGRAM: &str = "/usr/bin/apt-get";
/// Packages that a crash of this machine would damage are installed again: nothing waits for the disk.
const OPTIONS: [&str; 5] =
    ["install", "--yes", "--no-install-recommends", "--option", "Dpkg::Options::=--force-unsafe-io"];
/// Script that packages ask whether they may start a service.
/// Source: <https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt>.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether packages can be installed without asking anyone: on Debian and its like, by root.
pub(in crate::test) fn is_allowed() -> bool {
    // A process owns its own folder.
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    is_root && Path::new(PROGRAM).exists()
}

/// The command that a person would install the packages with.
pub(in crate::test) fn by_hand(packages: &[&str]) -> String {
    format!("sudo apt-get install --yes --no-install-recommends {}", packages.join(" "))
}

/// Installs the packages: all at once, and where that fails one by one, so that one the archive does not have keeps no
/// other away.
///
/// # Errors
/// The answers of apt-get about those it could not install.
pub(in crate::test) fn install(packages: &[&str], progress: &mut Progress) -> Result<(), String> {
    let _quiet = NoServices::declare(Path::new(SERVICE_POLICY))
        .map_err(|error| format!("{SERVICE_POLICY}: {error}"))?;
    let mut refusals = Vec::new();
    refusals.extend(add_architectures(packages, progress).err());
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

/// Makes dpkg know the architectures that packages name.
fn add_architectures(packages: &[&str], progress: &mut Progress) -> Result<(), String> {
    for (_, architecture) in packages.iter().filter_map(|package| package.split_once(':')) {
        let mut dpkg = Essential::Dpkg.command();
        dpkg.args(["--add-architecture", architecture]);
        super::run(dpkg, progress).map_err(|reason| format!("dpkg knows no {architecture}: {reason}"))?;
    }
    Ok(())
}

/// The address of Debian's archive, from wherever this machine has it.
pub(in crate::test) fn mirror() -> Option<String> {
    let text = fs::read_to_string("/etc/apt/sources.list.d/debian.sources")
        .or_else(|_| fs::read_to_string("/etc/apt/sources.list"))
        .ok()?;
    address(&text)
}

/// The first address in a list of sources, of the newer form or of the older one.
fn address(sources: &str) -> Option<String> {
    let lines = sources.lines().filter(|line| line.starts_with("URIs:") || line.starts_with("deb "));
    lines.flat_map(str::split_whitespace).find(|word| word.contains("://")).map(str::to_owned)
}

fn apt_get(arguments: &[&str], progress: &mut Progress) -> Result<(), String> {
    let mut command = Essential::AptGet.command();
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
        commands::shell().arg(policy).status().unwrap().code()
    }

    #[test]
    fn an_archive_is_found_in_both_forms() {
        let newer = "Types: deb\n# URIs: http://old.example\nURIs: http://mirror.example/debian\n";
        assert_eq!(address(newer).as_deref(), Some("http://mirror.example/debian"));
        let older = "deb [signed-by=/k] https://mirror.example/debian bookworm main\n";
        assert_eq!(address(older).as_deref(), Some("https://mirror.example/debian"));
        assert_eq!(address("# nothing\n"), None);
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
