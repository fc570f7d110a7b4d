//! Scripts, which find nothing but the commands of essential packages.

use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Commands that scripts may call. They are of packages that every Debian has: coreutils, dash, findutils, grep, gzip,
/// mount, sed, tar, util-linux.
const COMMANDS: [&str; 44] = [
    "basename",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "cut",
    "date",
    "dirname",
    "echo",
    "env",
    "expr",
    "false",
    "find",
    "grep",
    "gzip",
    "head",
    "id",
    "install",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mount",
    "mv",
    "od",
    "printf",
    "rm",
    "rmdir",
    "sed",
    "sh",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "uniq",
    "wc",
];
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// The shell, which every machine has. In tests it also stands for a program.
pub(crate) const SHELL: &str = "/bin/sh";

/// A shell, for scripts. Its `PATH` is [`folder`].
pub fn shell() -> Command {
    let mut shell = Command::new(SHELL);
    shell.env("PATH", folder());
    shell
}

/// A shell whose scripts find these programs as well.
pub fn shell_with(programs: &[PathBuf]) -> Command {
    let names = programs.iter().filter_map(|program| program.file_name()?.to_str()).collect::<Vec<_>>();
    let more = place(&format!("commands-with-{}", names.join("-")));
    for program in programs {
        link(program, &more);
    }
    let path = std::env::join_paths([folder(), &more]).expect("cargo's target folder can stand in PATH");
    let mut shell = shell();
    shell.env("PATH", path);
    shell
}

/// Sends a signal to a process, and tells whether it was there to take it.
pub fn signal(name: &str, process: u32) -> bool {
    let sent = shell().args(["-c", "kill -s \"$0\" \"$1\"", name, &process.to_string()]).status();
    sent.is_ok_and(|status| status.success())
}

/// A folder with links to the commands that scripts may call.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = place("commands-of-scripts");
        for name in COMMANDS {
            let programs = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
            programs.filter(|program| program.exists()).take(1).for_each(|program| link(&program, &folder));
        }
        folder
    })
}

/// A folder beside this program.
fn place(name: &str) -> PathBuf {
    let folder = std::env::current_exe().expect("a program has a path").with_file_name(name);
    std::fs::create_dir_all(&folder).expect("cargo's target folder can be written to");
    folder
}

fn link(program: &Path, folder: &Path) {
    let linked = symlink(program, folder.join(program.file_name().unwrap_or_default()));
    // Another program may have made it.
    let is_there = |error: &std::io::Error| error.kind() == ErrorKind::AlreadyExists;
    assert!(linked.as_ref().err().is_none_or(is_there), "{}: {linked:?}", program.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_finds_a_command_of_an_essential_package_and_no_other() {
        assert!(shell().args(["-c", "printf a | sed s/a/b/"]).status().unwrap().success());
        assert_eq!(shell().args(["-c", "exec apt-get --version"]).status().unwrap().code(), Some(127));
    }

    #[test]
    fn a_signal_reaches_its_process() {
        let mut child = shell().args(["-c", "exec sleep 60"]).spawn().unwrap();
        assert!(signal("KILL", child.id()));
        assert!(!child.wait().unwrap().success());
        assert!(!signal("KILL", 1 << 23), "there is none of that number");
    }
}
