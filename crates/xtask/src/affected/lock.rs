//! The lock file: the version of each package of the registry.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The packages of a lock file.
#[derive(Debug, Default)]
pub(super) struct Lock {
    packages: BTreeSet<Locked>,
}

/// A package as it is locked. Two of them are the same code only if all of it is the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    /// Dependencies, since another version of them changes the code.
    #[serde(default)]
    dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    package: Vec<Locked>,
}

impl Lock {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("Cargo.lock: {}", error.message()))?;
        Ok(Self { packages: file.package.into_iter().collect() })
    }

    /// Whether a package is locked exactly as it is in `other`.
    ///
    /// A package of the workspace is not asked about: its dependencies are in its manifest, and the lock file mixes
    /// them with those of its tests.
    pub(super) fn is_same(&self, other: &Self, name: &str, version: &str) -> bool {
        let of = |lock: &Self| {
            let is_it = |locked: &&Locked| locked.name == name && locked.version == version;
            lock.packages.iter().filter(is_it).cloned().collect::<Vec<_>>()
        };
        of(self) == of(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "itoa"
        version = "1.0.1"
        source = "registry"
        checksum = "aa"
    "#;

    #[test]
    fn a_package_is_the_same_only_with_the_same_checksum() {
        let lock = Lock::parse(LOCK).unwrap();
        assert!(lock.is_same(&Lock::parse(LOCK).unwrap(), "itoa", "1.0.1"));
        let other = Lock::parse(&LOCK.replace("aa", "bb")).unwrap();
        assert!(!lock.is_same(&other, "itoa", "1.0.1"));
        assert!(!lock.is_same(&Lock::default(), "itoa", "1.0.1"));
    }
}
