//! The programs that ship: their folders, their manifests, their descriptions.

use std::fs;
use std::path::Path;

use toml::Table;

use super::decide::{Decided, check_delivery, decide};
use super::describe::Description;
use super::join::join;
use super::manifest::{Delivery, Manifest};
use super::mistake::Mistakes;
use super::model::Model;
use crate::demo::build;
use crate::workspace;

/// Reads and checks all manifests, then builds all programs and asks each for its description.
pub(super) fn model(root: &Path) -> Result<Model, String> {
    let (delivery, decided) = manifests(root)?;
    let names: Vec<_> = decided.iter().map(|decided| decided.manifest.name.clone()).collect();
    let programs = build::programs(&names)?;
    let mut described = Vec::new();
    for decided in decided {
        let name = &decided.manifest.name;
        let program = programs.get(name).ok_or_else(|| format!("{name} is not built"))?;
        let description = Description::of(program).map_err(|problem| format!("{name}: {problem}"))?;
        described.push((decided, description));
    }
    let mut mistakes = Mistakes::default();
    let model = join(delivery, described, &mut mistakes);
    mistakes.or(model)
}

/// All manifests with their defaults, or every mistake in them. Nothing is compiled for it.
pub(super) fn manifests(root: &Path) -> Result<(Delivery, Vec<Decided>), String> {
    let mut mistakes = Mistakes::default();
    let delivery = Delivery::read(&table(root, "Cargo.toml")?, &mut mistakes);
    let mut manifests = Vec::new();
    for folder in folders(root)? {
        let table = table(root, &format!("{folder}/Cargo.toml"))?;
        manifests.push(Manifest::read(&folder, &table, &mut mistakes));
    }
    let Some(delivery) = delivery else { return mistakes.or(()).and(Err("no delivery".to_owned())) };
    check_delivery(&delivery, &mut mistakes);
    let decided = manifests.into_iter().map(|manifest| decide(manifest, &delivery, &mut mistakes)).collect();
    mistakes.or((delivery, decided))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::sample;

    #[test]
    fn mistakes_of_all_manifests_are_reported_before_anything_is_compiled() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("Cargo.toml"), sample::WORKSPACE).unwrap();
        // No source is there that could be compiled.
        for (name, schedule) in [("tides", "60 * * * *"), ("waves", "7 * * *")] {
            let folder = root.path().join("pipelines").join(name);
            fs::create_dir_all(&folder).unwrap();
            let manifest = format!("[package.metadata.pipeline]\nschedule = \"{schedule}\"\n");
            fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        }
        let problem = model(root.path()).unwrap_err();
        assert!(
            problem.contains("pipelines/tides/Cargo.toml: package.metadata.pipeline.schedule has 60"),
            "{problem}"
        );
        assert!(
            problem.contains("pipelines/waves/Cargo.toml: package.metadata.pipeline.schedule has 4"),
            "{problem}"
        );
    }
}
