//! One state of the workspace: its manifests and its lock file, at a commit or as they are now.

use std::collections::BTreeMap;

use toml::Table;

use super::git::Repository;
use super::lock::Lock;

/// One state of the workspace.
pub(super) struct Revision {
    /// Each `Cargo.toml` below the root, by its folder; the root's own under the empty name.
    pub(super) manifests: BTreeMap<String, Table>,
    pub(super) lock: Lock,
    /// Contents of other files that affect all builds, by path.
    pub(super) settings: BTreeMap<String, Option<Table>>,
}

/// Files for the whole workspace that are no manifest.
pub(super) const SETTINGS: [&str; 2] = [".cargo/config.toml", "rust-toolchain.toml"];

const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";

impl Revision {
    /// The workspace at a commit.
    pub(super) fn of_commit(repository: &Repository, commit: &str) -> Result<Self, String> {
        let files = repository.files_at(commit)?;
        Self::read(&files, |path| repository.text_at(commit, path))
    }

    /// The workspace as it is now, those changes included that are not committed.
    pub(super) fn of_work_tree(repository: &Repository) -> Result<Self, String> {
        let files = repository.files()?;
        let root = repository.root();
        Self::read(&files, |path| {
            std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
        })
    }

    fn read(files: &[String], text: impl Fn(&str) -> Result<String, String>) -> Result<Self, String> {
        let table = |path: &str| -> Result<Table, String> {
            text(path)?.parse().map_err(|error| format!("{path}: {error}"))
        };
        let mut manifests = BTreeMap::new();
        for path in files {
            let folder = match path.strip_suffix(MANIFEST) {
                Some("") => "",
                Some(folder) if folder.ends_with('/') => folder.trim_end_matches('/'),
                _ => continue,
            };
            // A template or a test case may hold a file of that name which is no manifest.
            if let Ok(manifest) = table(path) {
                manifests.insert(folder.to_owned(), manifest);
            }
        }
        let has = |path: &str| files.iter().any(|file| file == path);
        let lock = if has(LOCK) { Lock::parse(&text(LOCK)?)? } else { Lock::default() };
        let setting = |path: &&str| (*path).to_owned();
        let settings = SETTINGS.iter().map(|path| {
            let value = if has(path) { Some(table(path)?) } else { None };
            Ok((setting(path), value))
        });
        Ok(Self { manifests, lock, settings: settings.collect::<Result<_, String>>()? })
    }

    /// The manifest of the workspace.
    pub(super) fn root(&self) -> Option<&Table> {
        self.manifests.get("")
    }

    /// The names of all programs that ship, by their folder.
    pub(super) fn programs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.manifests.iter().filter_map(|(folder, manifest)| {
            let package = manifest.get("package")?;
            package.get("metadata")?.get("pipeline")?;
            Some((folder.as_str(), package.get("name")?.as_str()?))
        })
    }
}
