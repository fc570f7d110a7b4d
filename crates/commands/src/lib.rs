//! Commands that tests and checks may run: programs that cargo has built, and those that every Debian has.

#![expect(clippy::disallowed_methods, reason = "the others take their commands from here")]
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "only tests and checks use it")]

mod shell;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use shell::SHELL;
pub use shell::{folder, shell, shell_with, signal};

/// A command of Debian's essential packages, or of those with the priority "required".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Essential {
    /// Installs packages.
    AptGet,
    /// Decodes text.
    Base64,
    /// Copies files.
    Cp,
    /// Tells the time.
    Date,
    /// Tells how full disks are.
    Df,
    /// Knows packages and architectures.
    Dpkg,
    /// Packs and unpacks packages.
    DpkgDeb,
    /// Copies files with their modes.
    Install,
    /// Packs and unpacks archives.
    Tar,
    /// Gives a program namespaces of its own.
    Unshare,
}

impl Essential {
    /// A command that runs it.
    pub fn command(self) -> Command {
        Command::new(match self {
            Self::AptGet => "apt-get",
            Self::Base64 => "base64",
            Self::Cp => "cp",
            Self::Date => "date",
            Self::Df => "df",
            Self::Dpkg => "dpkg",
            Self::DpkgDeb => "dpkg-deb",
            Self::Install => "install",
            Self::Tar => "tar",
            Self::Unshare => "unshare",
        })
    }
}

/// Folders of programs that packages install.
const SYSTEM: [&str; 7] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/lib"];

/// A command that runs a program that cargo has built or a test has written, or the shell.
///
/// # Panics
/// For a name without a folder and for another program in a folder of the system: a package has to install those.
#[track_caller]
pub fn built(program: impl AsRef<OsStr>) -> Command {
    let path = Path::new(program.as_ref());
    let is_name = path.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let is_of_system = path != Path::new(SHELL) && SYSTEM.iter().any(|folder| path.starts_with(folder));
    assert!(!is_name && !is_of_system, "{} is not built here: see `testkit::Requirement`", path.display());
    Command::new(path)
}

/// The cargo that runs this program, or the one in `PATH`.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The compiler beside that cargo.
pub fn rustc() -> Command {
    let cargo = cargo();
    Command::new(Path::new(cargo.get_program()).with_file_name("rustc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(program: &'static str) -> bool {
        std::panic::catch_unwind(|| built(program)).is_err()
    }

    #[test]
    fn a_program_that_a_package_installs_is_refused() {
        assert!(is_refused("curl") && is_refused("/usr/bin/curl") && is_refused("/usr/local/bin/aws"));
    }

    #[test]
    fn a_program_with_a_folder_of_its_own_runs() {
        assert!(!is_refused("./prepare.sh") && !is_refused("/home/me/target/debug/tides"));
        let listed = built(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
        assert!(listed.status.success());
    }

    #[test]
    fn the_compiler_is_that_of_the_cargo() {
        assert!(rustc().arg("--version").output().unwrap().stdout.starts_with(b"rustc "));
    }
}
