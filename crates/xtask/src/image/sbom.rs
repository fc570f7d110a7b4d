//! The bill of materials of a program: crates with version, license and checksum, and other components.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::{Value, json};

use super::auditable::{Dependency, List};
use super::blob::digest;
use super::catalogue::Catalogue;
use super::foreign::{self, Foreign};
use super::{Architecture, Origin, Places, Toolchain};
use crate::workspace;

/// Information about the crates of the workspace besides the program's own list.
pub(super) struct Inventory<'a> {
    catalogue: &'a Catalogue,
    /// The packages that are linked into the program, each as in `serde 1.0.0`.
    linked: BTreeSet<String>,
    /// Their checksums, by the same names.
    checksums: BTreeMap<String, String>,
    /// Linked components besides crates.
    foreign: Vec<Foreign>,
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

impl<'a> Inventory<'a> {
    /// Asks cargo and the lock file.
    pub(super) fn of(
        places: &Places,
        catalogue: &'a Catalogue,
        program: &str,
        architecture: Architecture,
    ) -> Result<Self, String> {
        let path = places.root.join("Cargo.lock");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let lock: Lock = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let checksums = lock
            .package
            .into_iter()
            .filter_map(|package| Some((key(&package.name, &package.version), package.checksum?)));
        let linked = linked(places, program, architecture)?;
        let foreign = foreign::linked(catalogue, &Toolchain::find(architecture)?)?;
        Ok(Self { catalogue, linked, checksums: checksums.collect(), foreign })
    }
}

/// Crates that cargo links into this program. The list in the program is made with the features of the whole workspace,
/// and so has some crates of other programs, which would cause false alarms.
fn linked(places: &Places, program: &str, architecture: Architecture) -> Result<BTreeSet<String>, String> {
    let mut cargo = workspace::cargo();
    cargo.current_dir(&places.root).args(["tree", "--locked", "--prefix", "none", "--format", "{p}"]);
    cargo.args(["--edges", "normal,no-proc-macro", "--package", program, "--target", &architecture.target()]);
    let output = cargo.output().map_err(|error| format!("cargo does not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(parse).collect())
}

/// `serde 1.0.0` from `serde v1.0.0 (*)`.
fn parse(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    Some(key(words.next()?, words.next()?.strip_prefix('v')?))
}

fn key(name: &str, version: &str) -> String {
    format!("{name} {version}")
}

/// The bill of materials of a program, made of the list inside it.
///
/// Source: <https://cyclonedx.org/docs/1.5/json/>.
pub(super) fn bill(program: &[u8], inventory: &Inventory<'_>, origin: &Origin) -> Result<Value, String> {
    let list = List::read(program)?;
    let root = list.packages.iter().find(|package| package.root);
    let root = root.ok_or("the list of dependencies does not say which is the program")?;
    let linked = |package: &&Dependency| inventory.linked.contains(&key(&package.name, &package.version));
    let libraries: Vec<_> = list.packages.iter().filter(|package| !package.root).filter(linked).collect();
    let mut application = component(root, inventory);
    if let Some(members) = application.as_object_mut() {
        members.insert("type".to_owned(), "application".into());
        members.insert("hashes".to_owned(), hashes(digest(program).trim_start_matches("sha256:")));
    }
    let crates = libraries.iter().map(|package| component(package, inventory));
    let components = crates.chain(inventory.foreign.iter().map(Foreign::component));
    let dependencies = libraries.iter().copied().chain([root]).map(|package| {
        let needed = package.dependencies.iter().filter_map(|index| list.packages.get(*index)).filter(linked);
        json!({ "ref": reference(package), "dependsOn": needed.map(reference).collect::<Vec<_>>() })
    });
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": origin.created.to_string(),
            "component": application,
            "properties": [{ "name": "revision", "value": origin.revision }],
        },
        "components": components.collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    }))
}

fn component(package: &Dependency, inventory: &Inventory<'_>) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "purl": reference(package),
    });
    let known = inventory.catalogue.package(&package.name, &package.version);
    let license = known.and_then(|known| known.license.as_deref());
    let checksum = inventory.checksums.get(&key(&package.name, &package.version));
    if let Some(members) = component.as_object_mut() {
        members.extend(license.map(|license| ("licenses".to_owned(), licenses(license))));
        members.extend(checksum.map(|checksum| ("hashes".to_owned(), hashes(checksum))));
    }
    component
}

/// Source: <https://github.com/package-url/purl-spec/blob/main/types-doc/cargo-definition.md>.
fn reference(package: &Dependency) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

/// An SPDX expression; older packages part alternatives by a slash.
fn licenses(expression: &str) -> Value {
    json!([{ "expression": expression.replace('/', " OR ") }])
}

fn hashes(sha256: &str) -> Value {
    json!([{ "alg": "SHA-256", "content": sha256 }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_cargo_tree_names_a_package() {
        assert_eq!(parse("serde v1.0.0"), Some("serde 1.0.0".to_owned()));
        assert_eq!(parse("place v0.1.0 (/home/a/place) (*)"), Some("place 0.1.0".to_owned()));
        assert_eq!(parse(""), None);
    }

    #[test]
    fn an_old_license_becomes_an_expression() {
        assert_eq!(licenses("MIT/Apache-2.0")[0]["expression"], "MIT OR Apache-2.0");
    }
}
