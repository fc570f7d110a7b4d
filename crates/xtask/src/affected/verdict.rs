//! The decision: which programs a change reaches, and how.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Table, Value};

use super::graph::{Graph, Package, Program};
use super::revision::Revision;
use super::{manifest, recipe};

/// Folders and files of a package that no program is built from.
const NOT_BUILT: [&str; 4] = ["tests", "testcases", "benches", "examples"];

/// Programs that a change rebuilds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Affected {
    pub(super) programs: Vec<Rebuilt>,
    /// Programs that were there and are no more.
    pub(super) deleted: Vec<String>,
}

/// A program whose image has to be built.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rebuilt {
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) architectures: Vec<String>,
    /// Changed file or crate that the program depends on.
    pub(super) reason: String,
}

/// All images, to be built for one reason.
pub(super) fn everything(graph: &Graph, reason: &str) -> Affected {
    let programs = graph.programs().iter().map(|program| Rebuilt::of(program, reason.to_owned())).collect();
    Affected { programs, deleted: Vec::new() }
}

/// Decides which images have to be built after these files changed.
pub(super) fn decide(
    before: &Revision,
    now: &Revision,
    graph: &Graph,
    changed: &BTreeSet<String>,
    root: &Path,
) -> Affected {
    let deleted = deleted(before, now);
    if let Some(reason) = for_all(before, now, changed, root) {
        return Affected { deleted, ..everything(graph, &reason) };
    }
    let members = changed_members(before, now, graph, changed);
    let reason = |package: &Package| match &package.folder {
        Some(folder) => members.get(folder).cloned(),
        None => {
            let is_same = now.lock.is_same(&before.lock, &package.name, &package.version);
            (!is_same).then(|| format!("{} {} of Cargo.lock", package.name, package.version))
        }
    };
    let reached = |program: &Program<'_>| {
        let reason = graph.linked(program).into_iter().find_map(reason)?;
        Some(Rebuilt::of(program, reason))
    };
    Affected { programs: graph.programs().iter().filter_map(reached).collect(), deleted }
}

impl Affected {
    /// The names of the programs whose images have to be built.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().map(|program| program.name.as_str())
    }

    /// The same names, each with its reason.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&str, &str)> {
        self.programs.iter().map(|program| (program.name.as_str(), program.reason.as_str()))
    }

    /// Architectures that a program ships for.
    pub(crate) fn architectures(&self, name: &str) -> Result<Vec<String>, String> {
        let program = self.programs.iter().find(|program| program.name == name);
        program.map(|it| it.architectures.clone()).ok_or_else(|| format!("there is no program `{name}`"))
    }

    /// Only the programs of these names.
    pub(crate) fn only(mut self, names: &[String]) -> Result<Self, String> {
        if let Some(unknown) = names.iter().find(|name| !self.names().any(|known| known == *name)) {
            return Err(format!("there is no program `{unknown}`"));
        }
        self.programs.retain(|program| names.contains(&program.name));
        Ok(self)
    }
}

impl Rebuilt {
    fn of(program: &Program<'_>, reason: String) -> Self {
        let (name, folder) = (program.name.to_owned(), program.folder.to_owned());
        Self { name, folder, architectures: program.architectures.to_vec(), reason }
    }
}

/// Reason to build every image; `None` without a change that concerns all.
fn for_all(before: &Revision, now: &Revision, changed: &BTreeSet<String>, root: &Path) -> Option<String> {
    if let Some(path) = changed.iter().find(|path| recipe::concerns(path, root)) {
        return Some(path.clone());
    }
    let differs = |path: &&String| settings(before, path) != settings(now, path);
    if let Some(path) = now.settings.keys().find(differs) {
        return Some(path.clone());
    }
    manifest::changes_all(before.root(), now.root()?)
}

/// Build settings of a file. Shortcuts for people, and tools that only check, are left out: they build nothing.
fn settings(revision: &Revision, path: &str) -> Option<Table> {
    let mut settings = revision.settings.get(path)?.clone()?;
    settings.remove("alias");
    if let Some(toolchain) = settings.get_mut("toolchain").and_then(Value::as_table_mut) {
        toolchain.remove("components");
        toolchain.remove("profile");
    }
    (!settings.is_empty()).then_some(settings)
}

/// Changed packages of the workspace by folder, each with the changed file or dependency.
fn changed_members(
    before: &Revision,
    now: &Revision,
    graph: &Graph,
    changed: &BTreeSet<String>,
) -> BTreeMap<String, String> {
    let folders: Vec<&str> = graph.members().filter_map(|package| package.folder.as_deref()).collect();
    let redefined = now.root().map(|root| manifest::changed_dependencies(before.root(), root));
    let redefined = redefined.unwrap_or_default();
    let mut reasons = BTreeMap::new();
    for path in changed {
        if let Some(folder) = home(path, &folders).filter(|folder| is_built(path, folder)) {
            reasons.entry(folder.to_owned()).or_insert_with(|| path.clone());
        }
    }
    for folder in folders {
        let Some(manifest) = now.manifests.get(folder) else { continue };
        if manifest::changes_package(before.manifests.get(folder), manifest) {
            reasons.entry(folder.to_owned()).or_insert_with(|| format!("{folder}/Cargo.toml"));
        }
        let inherited = manifest::inherited_dependencies(manifest);
        if let Some(name) = inherited.intersection(&redefined).next() {
            let reason = format!("`{name}` in [workspace.dependencies] of Cargo.toml");
            reasons.entry(folder.to_owned()).or_insert(reason);
        }
    }
    reasons
}

/// The package a file belongs to. One package may lie in the folder of another.
fn home<'a>(path: &str, folders: &[&'a str]) -> Option<&'a str> {
    let is_in = |folder: &&&str| below(path, folder).is_some();
    folders.iter().filter(is_in).max_by_key(|folder| folder.len()).copied()
}

/// Whether a program may be built from a file of a package. The manifest is looked at by itself.
fn is_built(path: &str, folder: &str) -> bool {
    let Some(rest) = below(path, folder) else { return false };
    let (first, is_in_folder) = rest.split_once('/').map_or((rest, false), |(first, _)| (first, true));
    if is_in_folder {
        return !NOT_BUILT.contains(&first);
    }
    let is_page = Path::new(first).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
    !is_page && first != "Cargo.toml"
}

fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// The programs that were there and are no more. One that moved keeps its name.
fn deleted(before: &Revision, now: &Revision) -> Vec<String> {
    let names: BTreeSet<_> = now.programs().map(|(_, name)| name).collect();
    let gone = before.programs().map(|(_, name)| name).filter(|name| !names.contains(name));
    gone.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_innermost_package() {
        let folders = ["crates/record", "crates/record/derive"];
        assert_eq!(home("crates/record/derive/src/lib.rs", &folders), Some("crates/record/derive"));
        assert_eq!(home("crates/record/src/lib.rs", &folders), Some("crates/record"));
        assert_eq!(home("crates/recorder/src/lib.rs", &folders), None);
    }

    #[test]
    fn pages_and_tests_are_in_no_program() {
        let is_built = |rest: &str| is_built(&format!("crates/tides/{rest}"), "crates/tides");
        for rest in
            ["README.md", "Cargo.toml", "tests/faults.rs", "testcases/typical/loaded.lp", "benches/b.rs"]
        {
            assert!(!is_built(rest), "{rest}");
        }
        for rest in ["src/lib.rs", "build.rs", "src/tests/mod.rs", "data/zones.csv", "src/words.md"] {
            assert!(is_built(rest), "{rest}");
        }
    }
}
