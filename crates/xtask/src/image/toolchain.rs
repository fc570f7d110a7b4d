//! The compiler that builds for an architecture: the project's own where it can, else Debian's.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Architecture;
use crate::workspace;

/// Where Debian's packages put cargo and rustc, which rustup's come before in `PATH`.
const DEBIAN: &str = "/usr/bin";

/// Debian's packages that build for arm64 on amd64, the first of which need `dpkg --add-architecture arm64`.
pub(crate) const CROSS_PACKAGES: [&str; 5] =
    ["rustc-web", "cargo-web", "libstd-rust-web-dev:arm64", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"];

/// A compiler with the standard library of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toolchain {
    pub(super) cargo: PathBuf,
    pub(super) rustc: PathBuf,
    /// As in `1.95.0`. Each version has a build folder of its own.
    pub(crate) version: String,
    /// The C compiler, where the machine's own builds for something else.
    pub(super) cross_compiler: Option<String>,
}

impl Toolchain {
    /// A compiler for this architecture.
    ///
    /// # Errors
    /// When there is none; the text says how to get one.
    pub(crate) fn find(architecture: Architecture) -> Result<Self, String> {
        let own = workspace::cargo().get_program().to_owned();
        let mut folders = Path::new(&own).parent().into_iter().chain([Path::new(DEBIAN)]);
        let found = folders.find_map(|folder| Self::in_folder(folder, architecture));
        let toolchain = found.ok_or_else(|| advice(architecture))?;
        match &toolchain.cross_compiler {
            Some(compiler) if output(Command::new(compiler).arg("--version")).is_none() => {
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
        let library = output(Command::new(&rustc).args([
            "--print",
            "target-libdir",
            "--target",
            &architecture.target(),
        ]))?;
        let version = output(Command::new(&rustc).arg("--version"))?;
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
    let target = architecture.target();
    let by_rustup = format!("rustup target add {target}");
    if architecture != Architecture::Arm64 {
        return format!("nothing here builds for {target}; try `{by_rustup}`");
    }
    format!(
        "nothing here builds for {target}; try `{by_rustup}` with the Debian packages gcc-aarch64-linux-gnu and \
         libc6-dev-arm64-cross, or, where rustup cannot fetch it, `dpkg --add-architecture arm64 && apt-get update && \
         apt-get install --no-install-recommends {}`",
        CROSS_PACKAGES.join(" ")
    )
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
