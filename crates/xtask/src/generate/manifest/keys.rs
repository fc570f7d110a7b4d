//! A table of a manifest, read key by key, so that all its mistakes are reported and not only the first.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::generate::mistake::Mistakes;

/// A table, and its place.
pub(super) struct Keys<'a> {
    file: &'a str,
    /// The path of the table, as in `package.metadata.pipeline`.
    path: String,
    table: Table,
    known: Vec<&'static str>,
    mistakes: &'a mut Mistakes,
}

impl<'a> Keys<'a> {
    pub(super) fn new(file: &'a str, path: &str, table: Table, mistakes: &'a mut Mistakes) -> Self {
        Self { file, path: path.to_owned(), table, known: Vec::new(), mistakes }
    }

    /// The value of a key, or `None` where there is none or where it is a mistake, which then is noted.
    pub(super) fn take<T: DeserializeOwned>(&mut self, key: &'static str) -> Option<T> {
        self.known.push(key);
        let value = self.table.remove(key)?;
        read(value).map_err(|(below, problem)| self.mistake(&format!("{key}{below}"), problem)).ok()
    }

    /// The same, where the absence is a mistake too.
    pub(super) fn require<T: DeserializeOwned>(&mut self, key: &'static str, what: &str) -> Option<T> {
        if !self.table.contains_key(key) {
            self.mistake(key, format!("is missing: {what}"));
        }
        self.take(key)
    }

    /// Every key that is left and its value, for a table whose keys are names of the reader's own.
    pub(super) fn each<T: DeserializeOwned>(&mut self) -> Vec<(String, T)> {
        let mut values = Vec::new();
        for (key, value) in std::mem::take(&mut self.table) {
            match read(value) {
                Ok(value) => values.push((key, value)),
                Err((below, problem)) => self.mistake(&format!("{key}{below}"), problem),
            }
        }
        values
    }

    /// A table within it; empty where there is none.
    pub(super) fn table(&mut self, key: &'static str) -> Keys<'_> {
        let table = self.take(key).unwrap_or_default();
        Keys::new(self.file, &format!("{}.{key}", self.path), table, self.mistakes)
    }

    /// Notes that something is wrong with a key.
    pub(super) fn mistake(&mut self, key: &str, problem: impl Into<String>) {
        self.mistakes.add(self.file, &format!("{}.{key}", self.path), problem);
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(mut self) {
        self.known.sort_unstable();
        let known = self.known.join(", ");
        let unknown: Vec<_> = self.table.keys().cloned().collect();
        for key in unknown {
            self.mistake(&key, format!("is not known; these are: {known}"));
        }
    }
}

/// Reads a value. The error names the place and the mistake.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let below = match error.path().to_string() {
            path if path == "." => String::new(),
            path if path.starts_with('[') => path,
            path => format!(".{path}"),
        };
        (below, format!("is wrong: {}", error.inner().message()))
    })
}
