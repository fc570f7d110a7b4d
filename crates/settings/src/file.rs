//! The TOML file of settings: the same names as in the environment, and tables as prefixes.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Value;

/// Reads a file into variables: `[influxdb] url = "…"` sets `INFLUXDB_URL`, as `INFLUXDB_URL = "…"` does.
///
/// # Errors
///
/// The mistakes in the file, without values.
pub(crate) fn variables(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {}", error.kind()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text.get(..span.start).map_or(1, |head| head.lines().count().max(1)));
        format!("is not TOML: line {line}")
    })?;
    let mut variables = BTreeMap::new();
    collect("", table, &mut variables)?;
    Ok(variables)
}

fn collect(prefix: &str, table: toml::Table, variables: &mut BTreeMap<String, String>) -> Result<(), String> {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.to_ascii_uppercase().replace('-', "_"));
        let text = match value {
            Value::Table(table) => {
                collect(&format!("{name}_"), table, variables)?;
                continue;
            }
            Value::String(text) => text,
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(yes) => yes.to_string(),
            Value::Datetime(time) => time.to_string(),
            Value::Array(_) => return Err(format!("holds a list for {name}; write it as text")),
        };
        if variables.insert(name.clone(), text).is_some() {
            return Err(format!("sets {name} twice"));
        }
    }
    Ok(())
}
