//! Names of the packages in the lock file.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

/// The names of all packages that are built here: our own, and those of the registry.
pub(super) fn names(root: &Path) -> Result<BTreeSet<String>, String> {
    let path = root.join("Cargo.lock");
    let problem = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| problem(&error))?;
    let lock: Lock = toml::from_str(&text).map_err(|error| problem(&error.message()))?;
    Ok(lock.package.into_iter().map(|package| package.name).collect())
}
