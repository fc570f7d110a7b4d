//! Descriptions of programs: the output of `--describe`, and the settings of the last run.

use std::io;
use std::path::{Path, PathBuf};

use fault::Fault;
use history::StateEntry;
use record::Schema;
use serde::Deserialize;
use serde_json::Value;

use super::Setting;
use crate::view::PipelineStatus;

/// Key of a description in the state.
pub const KEY: &str = "describe";
/// Measurement of run reports, which every program has.
const RUNS: &str = "pipeline_runs";
/// Variable that renames the measurement of a program.
const MEASUREMENT: &str = "MEASUREMENT";
/// Origin of a variable that is not set.
const DEFAULT: &str = "default";

/// Description of a program. Unknown parts of newer programs are ignored.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Name.
    pub name: String,
    /// Schemas of its records.
    pub records: Vec<Schema>,
    kind: String,
    description: String,
    variables: Vec<Variable>,
    /// Effective variables of the last run; `None` if not known.
    effective: Option<Vec<Effective>>,
}

/// Effective value of a variable. A secret has none.
#[derive(Debug, Clone, Deserialize)]
struct Effective {
    variable: String,
    #[serde(default)]
    secret: bool,
    /// Name it was set under: its own, an alias, or `NAME_FILE`.
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

/// Error of reading the folder of descriptions.
#[derive(Debug, thiserror::Error)]
#[error("STATUS_PROGRAMS names a folder that cannot be read: {path}", path = path.display())]
pub struct DescriptionsError {
    path: PathBuf,
    source: io::Error,
}

/// An unreadable folder is a mistake in the settings.
impl Fault for DescriptionsError {
    fn kind(&self) -> fault::Kind {
        fault::Kind::Configuration
    }
}

/// Reads the descriptions in a folder: the output of `--describe`, in files `<name>.json`.
///
/// # Errors
///
/// The folder or a file cannot be read.
pub fn described(folder: Option<&Path>) -> Result<Vec<Description>, DescriptionsError> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| DescriptionsError { path, source }
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
    /// Reads the description in the state of a program.
    pub fn from_state(entry: &StateEntry) -> Option<Self> {
        let described = Self::parse(&entry.value).filter(|_| entry.key == KEY)?;
        // The state has the name of the program.
        Some(Self { name: entry.program.clone(), ..described })
    }

    /// Whether it has run reports.
    pub fn has_runs(&self) -> bool {
        self.kind != "service"
    }

    /// Names of its measurements and tables.
    pub fn stores(&self) -> Vec<&str> {
        let renamed = self.in_effect(MEASUREMENT).and_then(|setting| setting.value.as_deref());
        let mut names: Vec<&str> = self.schemas().map(|schema| schema.name.as_ref()).collect();
        // The variable renames a program's only measurement.
        if let (Some(renamed), [name]) = (renamed, names.as_mut_slice()) {
            *name = renamed;
        }
        names
    }

    /// Schema of a measurement or table.
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        let place = self.stores().iter().position(|stored| *stored == name)?;
        self.schemas().nth(place)
    }

    /// Adds the description to the status of a pipeline.
    pub fn apply(&self, status: &mut PipelineStatus) {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        status.kind = known(&self.kind);
        status.description = known(&self.description);
    }

    /// Its settings. A secret never has a value here.
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings: Vec<_> = self.variables.iter().map(|variable| self.setting(variable)).collect();
        // Variables with free names are not declared.
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

    fn entry(value: &str) -> StateEntry {
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
    fn a_secret_is_not_shown_from_any_origin() {
        let settings = Description::from_state(&entry(WEATHER)).unwrap().settings();
        assert_eq!((settings[0].is_set, settings[0].secret, &settings[0].value), (Some(true), true, &None));
        assert_eq!(settings[0].set_as.as_deref(), Some("OLD_KEY"));
        assert!(!format!("{settings:?}").contains("hunter22"));
    }

    #[test]
    fn a_setting_whose_name_a_person_chose_is_shown() {
        let settings = Description::from_state(&entry(WEATHER)).unwrap().settings();
        assert_eq!(
            (settings[3].name.as_str(), settings[3].value.as_deref()),
            ("ALERT_TEMP_BELOW", Some("5"))
        );
    }

    #[test]
    fn unset_arguments_have_defaults() {
        let settings = Description::from_state(&entry(WEATHER)).unwrap().settings();
        assert_eq!((settings[1].is_set, settings[1].value.as_deref()), (Some(false), Some("Seattle")));
    }

    #[test]
    fn a_measurement_that_was_renamed_is_found_by_its_new_name() {
        let description = Description::from_state(&entry(WEATHER)).unwrap();
        assert_eq!(description.stores(), ["climate"]);
        assert_eq!(description.schema("climate").unwrap().name, "weather");
    }

    #[test]
    fn an_invalid_description_is_none() {
        assert!(Description::from_state(&entry("[]")).is_none());
        assert!(
            Description::from_state(&StateEntry { key: "describes".to_owned(), ..entry(WEATHER) }).is_none()
        );
    }
}
