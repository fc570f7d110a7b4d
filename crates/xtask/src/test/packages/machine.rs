//! A machine with systemd: a Debian of its own in a container, with the network of this machine.

use std::fs;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::Requirement;

use crate::test::progress::Progress;
use crate::test::root::Root;
use crate::workspace;

/// The files of the container.
const ROOT: Root<'_> =
    Root { release: "bookworm", packages: "systemd,systemd-sysv,dbus,init-system-helpers,apt" };
/// The longest time for the container to boot.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running machine. Dropping it ends it.
pub(super) struct Machine {
    container: Child,
    /// The process that is number 1 inside; empty before there is one.
    leader: String,
    root: TempDir,
}

impl Machine {
    /// Boots a machine.
    ///
    /// # Errors
    /// Its files cannot be installed, or it does not boot.
    pub(super) fn start(progress: &mut Progress) -> Result<Self, String> {
        let root =
            TempDir::with_prefix_in("machine-", workspace::target()?).map_err(|error| error.to_string())?;
        ROOT.unpack(root.path(), progress)?;
        let mut command = Requirement::SystemdNspawn.command().map_err(|missing| missing.to_string())?;
        command.arg("--directory").arg(root.path());
        // Without systemd on this machine there is nothing to register it with.
        command.args(["--boot", "--register=no", "--keep-unit", "--console=pipe", "--machine=packages"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let container = command.spawn().map_err(|error| format!("systemd-nspawn: {error}"))?;
        let mut machine = Self { container, leader: String::new(), root };
        machine.wait()?;
        Ok(machine)
    }

    /// Copies a file into the machine and gives its path there.
    pub(super) fn take(&self, file: &Path) -> Result<String, String> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let copied = fs::copy(file, self.root.path().join("srv").join(name.as_ref()));
        copied.map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(format!("/srv/{name}"))
    }

    /// Runs a script that ends well, and gives its output.
    pub(super) fn succeeds(&self, script: &str) -> Result<String, String> {
        let output = self.run(script)?;
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(format!("{script}\nended with {}:\n{text}", output.status))
        }
    }

    /// Runs a script that ends badly.
    pub(super) fn fails(&self, script: &str) -> Result<(), String> {
        let output = self.run(script)?;
        if output.status.success() { Err(format!("{script}\nended well")) } else { Ok(()) }
    }

    fn run(&self, script: &str) -> Result<Output, String> {
        let mut command = Requirement::Nsenter.command().map_err(|missing| missing.to_string())?;
        command.args(["--all", "--target", &self.leader, "/bin/sh", "-c", script]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command.env("DEBIAN_FRONTEND", "noninteractive").env("HOME", "/root");
        command.output().map_err(|error| format!("nsenter: {error}"))
    }

    /// Waits until it has booted.
    fn wait(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(leader) = leader(self.container.id()) {
                self.leader = leader;
                // `--wait` ends once it has booted; before systemd listens, it fails at once.
                let state = self.run("systemctl is-system-running --wait")?;
                let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
                if ["running", "degraded"].contains(&state.as_str()) {
                    return Ok(());
                }
            }
            if let Ok(Some(status)) = self.container.try_wait() {
                return Err(format!("the machine ended with {status}"));
            }
            std::thread::yield_now();
        }
        Err("the machine does not boot".to_owned())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Before there is a first process, there is nothing to power off, and nowhere to do it but here.
        if !self.leader.is_empty() {
            let _ = self.run("systemctl poweroff --force --force");
        }
        let _ = self.container.kill();
        let _ = self.container.wait();
    }
}

/// The child of a process that is number 1 in a PID namespace of its own.
///
/// On its way there a container has children that still are in the namespaces of this machine. Nothing may be run in
/// those: on a machine with systemd it would answer in place of the container, and packages would be installed on it.
fn leader(process: u32) -> Option<String> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
    let is_first = |child: &&str| {
        fs::read_to_string(format!("/proc/{child}/status")).is_ok_and(|status| is_first_inside(&status))
    };
    children.split_whitespace().find(is_first).map(str::to_owned)
}

/// Whether `/proc/PID/status` is that of number 1 of a namespace below this one. Source: `man 5 proc_pid_status`, `NSpid`.
fn is_first_inside(status: &str) -> bool {
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    let numbers: Vec<_> = numbers.unwrap_or_default().split_whitespace().collect();
    matches!(numbers.as_slice(), [_, .., "1"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_number_one_of_a_namespace_of_its_own_leads_a_machine() {
        assert!(is_first_inside("Name:\tsystemd\nNSpid:\t2399\t1\n"));
        assert!(!is_first_inside("Name:\tsystemd-nspawn\nNSpid:\t2398\n"));
        assert!(!is_first_inside("Name:\tsh\nNSpid:\t2400\t17\n"));
        assert!(!is_first_inside("Name:\tinit\nNSpid:\t1\n"), "the first process of this machine");
        assert!(!is_first_inside(""));
    }

    #[test]
    fn a_child_that_shares_the_namespaces_of_this_machine_leads_none() {
        let mut child = commands::shell().args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap();
        assert_eq!(leader(std::process::id()), None);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
