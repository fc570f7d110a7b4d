//! Programs that tests and checks require of a machine: their list, their origins and their paths.

mod compose;
mod list;
mod origin;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::Missing;
pub use list::Requirement;
pub use origin::{COMPLETE, Origin, Unpacked, cache, pins};

/// Folders of servers on Debian, beside those in `PATH`.
const SERVER_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/local/bin", "/usr/bin", "/usr/local/sbin"];
/// Paths of the library of faketime on Debian.
const FAKETIME: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];
/// Rust's library for the other architecture, below the folder of a compiler.
const CROSS_LIBRARY: &str = if cfg!(target_arch = "aarch64") {
    "lib/rustlib/x86_64-unknown-linux-gnu/lib"
} else {
    "lib/rustlib/aarch64-unknown-linux-gnu/lib"
};

impl Requirement {
    /// The path of the program: in `PATH` or in the folders of servers, or in the folder of its installation.
    ///
    /// # Errors
    /// It is not installed.
    pub fn find(self) -> Result<PathBuf, Missing> {
        let there = match self {
            Self::Compose => compose::of_machine().or_else(|| self.search()),
            Self::CrossRust => cross_rust(),
            Self::Faketime => FAKETIME.iter().map(PathBuf::from).find(|path| path.is_file()),
            Self::Postgres => newest_postgres().or_else(|| self.search()),
            _ => self.search(),
        };
        there.ok_or(Missing::NotInstalled(self))
    }

    /// A command that runs it.
    ///
    /// # Errors
    /// It is not installed.
    #[expect(clippy::disallowed_methods, reason = "the step `servers` installs what is in the list")]
    pub fn command(self) -> Result<Command, Missing> {
        self.find().map(Command::new)
    }

    /// A command that runs another program of the same installation, such as the interpreter of an environment.
    ///
    /// # Errors
    /// It is not installed.
    #[expect(clippy::disallowed_methods, reason = "the step `servers` installs what is in the list")]
    pub fn beside(self, program: &str) -> Result<Command, Missing> {
        self.find().map(|own| Command::new(own.with_file_name(program)))
    }

    fn search(self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<_> = match self.origin() {
            Origin::Debian(_) => {
                std::env::split_paths(&path).chain(SERVER_FOLDERS.map(PathBuf::from)).collect()
            }
            _ => self.folder().into_iter().filter(|folder| folder.join(COMPLETE).is_file()).collect(),
        };
        let files = folders.iter().map(|folder| self.origin().program(folder, self.program()));
        files.into_iter().find(|file| file.exists())
    }
}

/// A command of words that run a server, the first of which is the path of a requirement or of a program beside one.
#[expect(clippy::disallowed_methods, reason = "the step `servers` installs what is in the list")]
pub(crate) fn at(program: OsString) -> Command {
    Command::new(program)
}

/// A compiler that has the library of the other architecture: the one that builds this workspace, or Debian's.
fn cross_rust() -> Option<PathBuf> {
    let own =
        std::env::var_os("CARGO").and_then(|cargo| Some(Path::new(&cargo).ancestors().nth(2)?.to_owned()));
    let folders = own.into_iter().chain([PathBuf::from("/usr")]);
    let has_library = |folder: &PathBuf| folder.join(CROSS_LIBRARY).is_dir();
    folders.filter(has_library).map(|folder| folder.join("bin/rustc")).find(|rustc| rustc.is_file())
}

/// The server of the newest version that Debian has installed: it has one folder for each.
fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin/postgres")).filter(|path| path.is_file());
    programs.max_by_key(|program| version(program))
}

fn version(program: &Path) -> u32 {
    let version = program.ancestors().nth(2).and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|version| version.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_postgres_is_that_of_its_folder() {
        assert_eq!(version(Path::new("/usr/lib/postgresql/15/bin/postgres")), 15);
    }
}
