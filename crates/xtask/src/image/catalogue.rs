//! The programs that images are made of, and the metadata of their packages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Places;
use crate::workspace;

/// Result of `cargo metadata`. Source: <https://doc.rust-lang.org/cargo/commands/cargo-metadata.html>.
#[derive(Debug, Deserialize)]
pub(super) struct Catalogue {
    packages: Vec<Package>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) license: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    delivery: Delivery,
}

#[derive(Debug, Default, Deserialize)]
struct Delivery {
    #[serde(default)]
    registry: Option<String>,
}

impl Catalogue {
    /// Asks cargo for every package of the lock file.
    pub(super) fn read(places: &Places) -> Result<Self, String> {
        let mut cargo = workspace::cargo();
        cargo.current_dir(&places.root).args(["metadata", "--format-version", "1", "--locked"]);
        let output = cargo.output().map_err(|error| format!("cargo does not start: {error}"))?;
        if !output.status.success() {
            return Err(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// The packages whose programs ship, by name.
    pub(super) fn programs(&self, places: &Places) -> BTreeMap<String, Package> {
        let folders = workspace::PROGRAMS.map(|folder| places.root.join(folder));
        let ships = |package: &&Package| {
            let folder = package.manifest_path.parent().and_then(Path::parent);
            folder.is_some_and(|folder| folders.iter().any(|one| one == folder))
        };
        self.packages.iter().filter(ships).map(|package| (package.name.clone(), package.clone())).collect()
    }

    /// The package of this name and version.
    pub(super) fn package(&self, name: &str, version: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name && package.version == version)
    }

    /// Folder of the source of a package.
    pub(super) fn folder(&self, name: &str) -> Option<&Path> {
        self.packages.iter().find(|package| package.name == name)?.manifest_path.parent()
    }

    /// Registry of images: `registry` of `[workspace.metadata.delivery]`.
    pub(super) fn registry(&self) -> Option<&str> {
        self.metadata.as_ref()?.delivery.registry.as_deref()
    }
}

/// URL of the published source: `repository` of `[workspace.package]`, which cargo does not pass on.
pub(super) fn repository(places: &Places) -> Result<Option<String>, String> {
    let path = places.root.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let manifest: toml::Table =
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let repository = package.and_then(|package| package.get("repository")).and_then(toml::Value::as_str);
    Ok(repository.map(str::to_owned))
}
