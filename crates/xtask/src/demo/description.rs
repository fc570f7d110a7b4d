//! Description of a program, from `--describe`.

use std::path::Path;

use serde::Deserialize;

/// The part of `--describe` that the demo needs.
#[derive(Debug, Deserialize)]
pub(super) struct Description {
    pub(super) variables: Vec<Variable>,
    pub(super) records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) secret: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) role: String,
    #[serde(default)]
    pub(super) unit: Option<String>,
    #[serde(default)]
    pub(super) description: String,
}

impl Description {
    /// Asks the program.
    pub(super) fn of(program: &Path) -> Result<Self, String> {
        let output =
            commands::built(program).arg("--describe").output().map_err(|error| error.to_string())?;
        serde_json::from_slice(&output.stdout).map_err(|error| format!("--describe: {error}"))
    }

    /// The record that has this field, and the field.
    pub(super) fn field(&self, name: &str) -> Option<(&Record, &Column)> {
        self.records.iter().find_map(|record| {
            let field = record.columns.iter().find(|column| column.name == name && column.role == "field")?;
            Some((record, field))
        })
    }

    pub(super) fn is_secret(&self, variable: &str) -> bool {
        self.variables.iter().any(|it| it.name == variable && it.secret)
    }
}

impl Record {
    pub(super) fn time(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == "time")
    }
}
