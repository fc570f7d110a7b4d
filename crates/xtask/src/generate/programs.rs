//! The programs that ship: where they are, what their manifests say, what they say of themselves.

use std::fs;
use std::path::Path;

use toml::Table;

use super::describe::Description;
use super::join::join;
use super::manifest::{Delivery, Manifest};
use super::mistake::Mistakes;
use super::model::Model;
use crate::demo::build;
use crate::workspace;

/// Reads all manifests, builds all programs and asks each what it is.
pub(super) fn model(root: &Path) -> Result<Model, String> {
    let mut mistakes = Mistakes::default();
    let delivery = Delivery::read(&table(root, "Cargo.toml")?, &mut mistakes);
    let mut manifests = Vec::new();
    for folder in folders(root)? {
        let table = table(root, &format!("{folder}/Cargo.toml"))?;
        manifests.push(Manifest::read(&folder, &table, &mut mistakes));
    }
    let Some(delivery) = delivery else { return mistakes.or(()).and(Err("no model".to_owned())) };
    let names: Vec<_> = manifests.iter().map(|manifest| manifest.name.clone()).collect();
    let programs = build::programs(&names)?;
    let mut described = Vec::new();
    for manifest in manifests {
        let program =
            programs.get(&manifest.name).ok_or_else(|| format!("{} is not built", manifest.name))?;
        let description =
            Description::of(program).map_err(|problem| format!("{}: {problem}", manifest.name))?;
        described.push((manifest, description));
    }
    let model = join(delivery, described, &mut mistakes);
    mistakes.or(model)
}

/// The folders of all programs that ship, from the root, sorted.
fn folders(root: &Path) -> Result<Vec<String>, String> {
    let mut folders = Vec::new();
    for parent in workspace::PROGRAMS {
        let entries = match fs::read_dir(root.join(parent)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("{parent}: {error}")),
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let programs = paths.filter(|path| path.join("Cargo.toml").is_file());
        let names = programs.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        folders.extend(names.map(|name| format!("{parent}/{name}")));
    }
    folders.sort();
    Ok(folders)
}

fn table(root: &Path, path: &str) -> Result<Table, String> {
    let text = fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))?;
    text.parse().map_err(|error: toml::de::Error| format!("{path}: {}", error.message()))
}
