//! What a program says of itself: `--describe`, and the settings of its last run.

use std::io;
use std::path::{Path, PathBuf};

use fault::Fault;
use history::StateEntry;
use record::Schema;
use serde::Deserialize;
use serde_json::Value;

use super::Setting;
use crate::view::Standing;

/// The key under which a program keeps what it says of itself.
pub const KEY: &str = "describe";
/// The records of runs, which every program yields.
const RUNS: &str = "pipeline_runs";
/// The variable that renames what a program stores.
const MEASUREMENT: &str = "MEASUREMENT";
/// The origin of what is not set.
const DEFAULT: &str = "default";

/// What a program says of itself. What a newer program says and this one does not understand is left out.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// The records it yields.
    pub records: Vec<Schema>,
    kind: String,
    description: String,
    variables: Vec<Variable>,
    /// What each variable was in effect when it last ran; `None` where that is not known.
    effective: Option<Vec<Effective>>,
}

/// What a variable was in effect. A secret has no value.
#[derive(Debug, Clone, Deserialize)]
struct Effective {
    variable: String,
    #[serde(default)]
    secret: bool,
    /// The name it was set under: its own, an older one, or `NAME_FILE`.
    name: String,
    value: Option<String>,
    origin: String,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    variables: Vec<Value>,
    #[serde(default)]
    records: Vec<Value>,
    settings: Option<Vec<Effective>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Variable {
    name: String,
    #[serde(rename = "type", default)]
    takes: String,
    #[serde(default)]
    secret: bool,
    default: Option<String>,
    #[serde(default)]
    description: String,
}

/// The folder of descriptions cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("STATUS_PROGRAMS names a folder that cannot be read: {path}", path = path.display())]
pub struct Unreadable {
    path: PathBuf,
    source: io::Error,
}

/// Without the folder, the settings are wrong.
impl Fault for Unreadable {
    fn kind(&self) -> fault::Kind {
        fault::Kind::Configuration
    }
}

/// What the programs of a folder say of themselves: the output of `--describe` of each, in a file `<name>.json`.
///
/// # Errors
///
/// The folder or a file of it cannot be read.
pub fn described(folder: Option<&Path>) -> Result<Vec<Description>, Unreadable> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| Unreadable { path, source }
    };
    let mut descriptions = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
            descriptions.extend(Description::parse(&text).filter(|program| !program.name.is_empty()));
        }
    }
    Ok(descriptions)
}

impl Description {
    /// From what a program keeps of itself.
    pub fn kept(kept: &StateEntry) -> Option<Self> {
        let described = Self::parse(&kept.value).filter(|_| kept.key == KEY)?;
        // The state knows whose it is.
        Some(Self { name: kept.program.clone(), ..described })
    }

    /// Whether it runs and reports its runs.
    pub fn has_runs(&self) -> bool {
        self.kind != "service"
    }

    /// The names of the measurements and tables it stores.
    pub fn stores(&self) -> Vec<&str> {
        let renamed = self.in_effect(MEASUREMENT).and_then(|setting| setting.value.as_deref());
        let mut names: Vec<&str> = self.schemas().map(|schema| schema.name.as_ref()).collect();
        // What one variable renames is the one record of the program.
        if let (Some(renamed), [name]) = (renamed, names.as_mut_slice()) {
            *name = renamed;
        }
        names
    }

    /// The schema of what it stores under that name.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        let place = self.stores().iter().position(|stored| *stored == name)?;
        self.schemas().nth(place)
    }

    /// Adds to a pipeline what it says of itself.
    pub fn apply(&self, standing: &mut Standing) {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        standing.kind = known(&self.kind);
        standing.description = known(&self.description);
    }

    /// Its settings. Whatever is called a secret has no value here, whoever wrote one.
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings: Vec<_> = self.variables.iter().map(|variable| self.setting(variable)).collect();
        // People may choose the names of some, and those are not declared.
        let is_declared = |name: &str| self.variables.iter().any(|variable| variable.name == name);
        let chosen = self.effective.iter().flatten().filter(|setting| !is_declared(&setting.variable));
        settings.extend(chosen.map(|setting| {
            let variable = Variable { name: setting.variable.clone(), ..Variable::default() };
            self.setting(&variable)
        }));
        settings
    }

    fn setting(&self, variable: &Variable) -> Setting {
        let effective = self.in_effect(&variable.name);
        let is_set = effective.is_some_and(|setting| setting.origin != DEFAULT);
        let secret = variable.secret || effective.is_some_and(|setting| setting.secret);
        let value = effective.and_then(|setting| setting.value.clone()).or_else(|| variable.default.clone());
        Setting {
            name: variable.name.clone(),
            set_as: effective.map(|setting| setting.name.clone()).filter(|name| *name != variable.name),
            description: variable.description.clone(),
            takes: variable.takes.clone(),
            is_set: self.effective.is_some().then_some(is_set),
            secret,
            value: value.filter(|_| !secret),
        }
    }

    fn in_effect(&self, variable: &str) -> Option<&Effective> {
        self.effective.iter().flatten().find(|setting| setting.variable == variable)
    }

    fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.records.iter().filter(|schema| schema.name != RUNS)
    }

    fn parse(text: &str) -> Option<Self> {
        let Written { name, kind, description, variables, records, settings } =
            serde_json::from_str(text).ok()?;
        let understood = |value| serde_json::from_value(value).ok();
        Some(Self {
            name,
            kind,
            description,
            variables: variables.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect(),
            records: records.into_iter().filter_map(understood).collect(),
            effective: settings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(value: &str) -> StateEntry {
        StateEntry {
            program: "weather".to_owned(),
            key: KEY.to_owned(),
            value: value.to_owned(),
            updated_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    const WEATHER: &str = r#"{
        "name": "weather", "kind": "job", "description": "Reads the weather.", "more": [1],
        "variables": [
            {"name": "KEY", "type": "a secret", "required": true, "secret": true, "description": "API key."},
            {"name": "CITY", "type": "text", "required": false, "secret": false, "default": "Seattle", "description": ""},
            {"name": "MEASUREMENT", "type": "text", "required": false, "secret": false, "description": ""}
        ],
        "records": [
            {"name": "weather", "description": "", "shape": "measurement", "columns": []},
            {"name": "pipeline_runs", "description": "", "shape": "measurement", "columns": []},
            {"name": "of the future", "shape": "graph"}
        ],
        "settings": [
            {"variable": "KEY", "secret": true, "name": "OLD_KEY", "value": "hunter22", "origin": "environment"},
            {"variable": "CITY", "secret": false, "name": "CITY", "value": "Seattle", "origin": "default"},
            {"variable": "MEASUREMENT", "secret": false, "name": "MEASUREMENT", "value": "climate", "origin": "file"},
            {"variable": "ALERT_TEMP_BELOW", "secret": false, "name": "ALERT_TEMP_BELOW", "value": "5", "origin": "file"}
        ]
    }"#;

    #[test]
    fn a_secret_is_not_shown_whoever_wrote_its_value() {
        let settings = Description::kept(&kept(WEATHER)).unwrap().settings();
        assert_eq!((settings[0].is_set, settings[0].secret, &settings[0].value), (Some(true), true, &None));
        assert_eq!(settings[0].set_as.as_deref(), Some("OLD_KEY"));
        assert!(!format!("{settings:?}").contains("hunter22"));
    }

    #[test]
    fn a_setting_whose_name_a_person_chose_is_shown() {
        let settings = Description::kept(&kept(WEATHER)).unwrap().settings();
        assert_eq!(
            (settings[3].name.as_str(), settings[3].value.as_deref()),
            ("ALERT_TEMP_BELOW", Some("5"))
        );
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let settings = Description::kept(&kept(WEATHER)).unwrap().settings();
        assert_eq!((settings[1].is_set, settings[1].value.as_deref()), (Some(false), Some("Seattle")));
    }

    #[test]
    fn a_measurement_that_was_renamed_is_found_by_its_new_name() {
        let description = Description::kept(&kept(WEATHER)).unwrap();
        assert_eq!(description.stores(), ["climate"]);
        assert_eq!(description.schema("climate").unwrap().name, "weather");
    }

    #[test]
    fn what_is_no_description_is_none() {
        assert!(Description::kept(&kept("[]")).is_none());
        assert!(Description::kept(&StateEntry { key: "describes".to_owned(), ..kept(WEATHER) }).is_none());
    }
}
