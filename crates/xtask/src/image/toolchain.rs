//! The compiler that builds for an architecture: the project's own where it can, else Debian's.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::Requirement;

use super::Architecture;
use crate::test::debian_packages;
use crate::workspace;

/// Folder of cargo and rustc of Debian's packages; those of rustup come before them in `PATH`.
const DEBIAN: &str = "/usr/bin";

/// Compilers for the architecture that this machine is not.
const CROSS: [Requirement; 2] = [Requirement::CrossRust, Requirement::CrossCompiler];

/// A compiler with the standard library of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toolchain {
    pub(super) cargo: PathBuf,
    pub(super) rustc: PathBuf,
    /// Version, as in `1.95.0`. Each version has a build folder of its own.
    pub(crate) version: String,
    /// The C compiler, where the machine's own builds for something else.
    pub(super) cross_compiler: Option<String>,
}

impl Toolchain {
    /// A compiler for this architecture.
    ///
    /// # Errors
    /// Fails if there is none; the text says how to get one.
    pub(crate) fn find(architecture: Architecture) -> Result<Self, String> {
        let own = workspace::cargo().get_program().to_owned();
        let mut folders = Path::new(&own).parent().into_iter().chain([Path::new(DEBIAN)]);
        let found = folders.find_map(|folder| Self::in_folder(folder, architecture));
        let toolchain = found.ok_or_else(|| advice(architecture))?;
        match &toolchain.cross_compiler {
            Some(compiler) if output(command(compiler).arg("--version")).is_none() => {
                Err(format!("{compiler} is missing. {}", advice(architecture)))
            }
            _ => Ok(toolchain),
        }
    }

    /// The C compiler.
    pub(super) fn c_compiler(&self) -> &str {
        self.cross_compiler.as_deref().unwrap_or("cc")
    }

    fn in_folder(folder: &Path, architecture: Architecture) -> Option<Self> {
        let rustc = folder.join("rustc");
        // With a bare name from `PATH`, rustup decides by the folder it is called in.
        let rustc = if folder.as_os_str().is_empty() { PathBuf::from("rustc") } else { rustc };
        let library =
            output(command(&rustc).args(["--print", "target-libdir", "--target", &architecture.target()]))?;
        let version = output(command(&rustc).arg("--version"))?;
        let cross = Architecture::host() != Some(architecture);
        Path::new(&library).is_dir().then(|| Self {
            cargo: rustc.with_file_name("cargo"),
            rustc,
            version: version.split(' ').nth(1).unwrap_or_default().to_owned(),
            cross_compiler: cross.then(|| architecture.cross_compiler()),
        })
    }
}

fn advice(architecture: Architecture) -> String {
    let (name, target) = (architecture.name(), architecture.target());
    let [rust, compiler] = CROSS.map(|it| debian_packages(it).collect::<Vec<_>>().join(" "));
    format!(
        "nothing here builds for {target}; try `rustup target add {target}` with the Debian packages {compiler}, or, \
         where rustup cannot fetch it, `dpkg --add-architecture {name} && apt-get update && apt-get install \
         --no-install-recommends {rust} {compiler}`"
    )
}

/// A command that runs a compiler: the project's own, the C compiler of this machine, or a [`Requirement`].
#[expect(
    clippy::disallowed_methods,
    reason = "a machine has the first two, and the step `servers` the others"
)]
pub(super) fn command(compiler: impl AsRef<OsStr>) -> Command {
    Command::new(compiler)
}

/// Output of a program, if it exists and succeeds.
fn output(command: &mut Command) -> Option<String> {
    let output = command.current_dir(workspace::root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_builds_for_itself_without_another_compiler() {
        let host = Architecture::host().unwrap();
        let toolchain = Toolchain::find(host).unwrap();
        assert_eq!(toolchain.cross_compiler, None);
        assert!(toolchain.version.starts_with("1."), "{toolchain:?}");
    }

    #[test]
    fn a_folder_without_a_compiler_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Toolchain::in_folder(folder.path(), Architecture::Amd64), None);
    }
}
