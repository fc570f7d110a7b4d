//! A test case as it lies in its folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use http_sim::services::Files;
use serde::Deserialize;

use crate::Program;

const FILE: &str = "case.toml";
const TYPICAL: &str = "typical";

/// A test case: what a program is given.
#[derive(Debug, Clone)]
pub struct Case {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The variable that holds the address of the source.
    pub source: String,
    /// The call of the simulator that is the source of a device; `{case}` stands for the folder. The source of a job
    /// are the replies in the folder.
    pub simulator: Option<String>,
    /// Arguments of the program.
    pub arguments: Vec<String>,
    /// The variables it sets, as [`World::set`](crate::world::World::set) takes them.
    pub settings: BTreeMap<String, String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Form {
    source: String,
    simulator: Option<String>,
    arguments: Vec<String>,
    settings: BTreeMap<String, String>,
    faults: Faults,
}

/// `[faults]` of the `case.toml` that all cases of a program share.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Faults {
    /// Claims that are left out, each with the reason.
    skip: BTreeMap<String, String>,
}

impl Case {
    /// The claims of [`faults`](crate::faults) that a program's package leaves out, each with its reason.
    pub fn skipped_faults(package: &Path) -> BTreeMap<String, String> {
        read(&package.join("testcases").join(FILE)).unwrap_or_default().faults.skip
    }

    /// Every test case of a program's package, by name. A package without `testcases/case.toml` has none of this kind.
    pub fn all(program: &Program) -> Vec<Self> {
        let root = program.package.join("testcases");
        let Some(shared) = read(&root.join(FILE)) else { return Vec::new() };
        let folders = fs::read_dir(&root).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut cases: Vec<_> =
            folders.filter(|path| path.is_dir()).map(|folder| Self::open(folder, &shared)).collect();
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        cases
    }

    /// The case that stands for a source that works: `testcases/typical`.
    pub fn typical(program: &Program) -> Self {
        let typical = Self::all(program).into_iter().find(|case| case.name == TYPICAL);
        typical.unwrap_or_else(|| panic!("{} has no testcases/{TYPICAL}", program.package.display()))
    }

    /// The case that loads the most points and rows.
    pub(crate) fn with_most_points(program: &Program) -> Self {
        let points = |case: &Self| {
            let failure = case.folder.join("failure.txt");
            let text = |file: &str| fs::read_to_string(case.folder.join(file)).unwrap_or_default();
            // A row of a table is an object with a brace of its own.
            let rows = text("loaded.json").matches('{').count();
            if failure.exists() { 0 } else { text("loaded.lp").lines().count() + rows }
        };
        Self::all(program).into_iter().max_by_key(points).unwrap_or_else(|| Self::typical(program))
    }

    /// Replies of its source, from the first one on.
    pub fn replies(&self) -> Files {
        Files::open(&self.folder).unwrap_or_else(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            panic!("{error}: {source}")
        })
    }

    fn open(folder: PathBuf, shared: &Form) -> Self {
        let own = read(&folder.join(FILE)).unwrap_or_default();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut settings = shared.settings.clone();
        settings.extend(own.settings);
        let source = if own.source.is_empty() { shared.source.clone() } else { own.source };
        assert!(!source.is_empty(), "{FILE} of {name} does not name the variable of its source");
        let simulator = own.simulator.or_else(|| shared.simulator.clone());
        Self {
            name,
            folder,
            source,
            simulator,
            arguments: [shared.arguments.clone(), own.arguments].concat(),
            settings,
        }
    }
}

fn read(path: &Path) -> Option<Form> {
    let text = fs::read_to_string(path).ok()?;
    Some(toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
