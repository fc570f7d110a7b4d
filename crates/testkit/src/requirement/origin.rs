//! Origin of a required program, and the folder of its installation.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use super::Requirement;

/// Origin of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Packages of Debian, with blanks between them; `NAME:ARCHITECTURE` is one for another architecture.
    Debian(&'static str),
    /// A package of Debian, unpacked without a change to what is installed.
    Unpacked(Unpacked),
    /// Packages of the Python package index, a pin in each line, in an environment of their own.
    Python(&'static str),
    /// A package of the npm registry, as in `name@1.2.3`.
    Npm(&'static str),
    /// The crate of a program, as in `name@1.2.3`, which cargo compiles.
    Cargo(&'static str),
}

/// A package of a release that this machine may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unpacked {
    /// The release.
    pub release: &'static str,
    /// The package.
    pub package: &'static str,
    /// The program in it.
    pub file: &'static str,
}

/// The file that marks an installation as complete; an interrupted one lacks it.
pub const COMPLETE: &str = "complete";

/// The pins of a text that has one in each line, and comments.
pub fn pins(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The folder for files that outlive a checkout, such as installed tools.
/// Source: <https://specifications.freedesktop.org/basedir-spec/latest/>.
pub fn cache() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
    cache.map(|cache| cache.join("data-platform"))
}

impl Origin {
    /// Requirements of its installation.
    pub fn needs(self) -> &'static [Requirement] {
        match self {
            Self::Debian(_) | Self::Unpacked(_) | Self::Cargo(_) => &[],
            Self::Python(_) => &[Requirement::Python],
            Self::Npm(_) => &[Requirement::Git, Requirement::Node, Requirement::Npm],
        }
    }

    /// The program in the folder of an installation.
    pub(super) fn program(self, folder: &Path, name: &str) -> PathBuf {
        match self {
            Self::Debian(_) => folder.join(name),
            Self::Unpacked(package) => folder.join("root").join(package.file),
            Self::Python(_) => folder.join("environment/bin").join(name),
            // A library, which is a folder.
            Self::Npm(_) => folder.join("node_modules").join(name),
            Self::Cargo(_) => folder.join("bin").join(name),
        }
    }
}

impl Requirement {
    /// The folder of an installation that is none of Debian's. Another version of anything in it is another folder.
    pub fn folder(self) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        self.origin().hash(&mut hasher);
        let name = format!("{}-{:016x}", self.program(), hasher.finish());
        cache().map(|cache| cache.join("tools").join(name))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Debian(package) => write!(formatter, "Debian package {package}"),
            Self::Unpacked(it) => write!(formatter, "package {} of Debian {}", it.package, it.release),
            Self::Python(text) => {
                write!(formatter, "Python package {}", pins(text).next().unwrap_or_default())
            }
            Self::Npm(package) => write!(formatter, "npm package {package}"),
            Self::Cargo(package) => write!(formatter, "crate {package}"),
        }
    }
}
