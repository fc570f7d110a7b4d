//! The source of settings, and the mistakes found in them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use secret::{Redactor, Secret};
use serde::Serialize;

use crate::{Ranged, Setting, Variable, file};

/// The longest setting a file may hold, in bytes.
const LONGEST: u64 = 1 << 20;

/// The environment over an optional file, and the mistakes found in them so far.
#[derive(Debug)]
pub struct Source {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    asked_for: BTreeSet<String>,
    mistakes: Vec<String>,
    redactor: Redactor,
}

/// Effective value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The name it was found under: its own, an older one, or `NAME_FILE`.
    pub name: String,
    /// Its text; absent where it is a secret.
    pub value: Option<String>,
    /// Origin of the text.
    pub origin: Origin,
}

/// Origin of the text of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// In the environment.
    Environment,
    /// In the file that `CONFIG_FILE` names.
    File,
    /// Nowhere; this is its default.
    Default,
}

/// Every mistake in a configuration, one a line. None of them shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Mistakes(Vec<String>);

impl Mistakes {
    /// Each mistake: the variable's name and the problem.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Source {
    /// The environment of this process, over the file that `CONFIG_FILE` names.
    pub fn from_environment(redactor: Redactor) -> Self {
        let text = |value: OsString| value.into_string().ok();
        let variables = std::env::vars_os().filter_map(|(name, value)| text(name).zip(text(value)));
        Self::new(variables, redactor)
    }

    /// The given variables only, as a test wants them.
    pub fn of<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self::new(variables, Redactor::default())
    }

    fn new(variables: impl Iterator<Item = (String, String)>, redactor: Redactor) -> Self {
        let environment: BTreeMap<_, _> = variables.filter(|(_, value)| !value.trim().is_empty()).collect();
        let mut source = Self {
            environment,
            file: BTreeMap::new(),
            asked_for: BTreeSet::new(),
            mistakes: Vec::new(),
            redactor,
        };
        if let Some(path) = source.environment.get("CONFIG_FILE").map(PathBuf::from) {
            match file::variables(&path) {
                Ok(variables) => source.file = variables,
                Err(problem) => source.mistake("CONFIG_FILE", &problem),
            }
        }
        source
    }

    /// Reads one setting, or notes its mistake.
    pub fn setting<T: Setting>(&mut self, variable: &Variable) -> Option<T> {
        self.parsed(variable, T::parse)
    }

    /// Reads one setting that has a range, or notes its mistake.
    pub fn ranged<T: Ranged>(&mut self, variable: &Variable) -> Option<T> {
        let is_in = |number: f64| variable.range.is_none_or(|range| range.contains(number));
        self.parsed(variable, |text| {
            let value = T::parse(text).ok().filter(|value| value.number().is_none_or(is_in));
            value.ok_or_else(|| format!("must be {}", variable.accepts()))
        })
    }

    fn parsed<T: Setting>(
        &mut self,
        variable: &Variable,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (name, text) = match (self.text(variable), variable.default) {
            (Some(found), _) => found,
            (None, Some(default)) => (variable.name.to_owned(), default.to_owned()),
            (None, None) => return T::absent().or_else(|| self.missing(variable)),
        };
        parse(&text).map_err(|message| self.mistake(&name, &message)).ok()
    }

    /// Whether a variable is set, under any of its names.
    pub fn is_set(&self, variable: &Variable) -> bool {
        let is_set = |name: &str| self.environment.contains_key(name) || self.file.contains_key(name);
        names(variable).any(|name| is_set(name) || is_set(&format!("{name}_FILE")))
    }

    /// Reads a setting whose name is not known beforehand, as [`Source::names`] found it; `None` where it is
    /// not set, or after a mistake.
    pub fn named<T: Setting>(&mut self, name: &str) -> Option<T> {
        self.asked_for.extend([name.to_owned(), format!("{name}_FILE")]);
        let text = self.under(name)?;
        if T::SECRET {
            self.redactor.add(&Secret::from(text.trim()));
        }
        T::parse(&text).map_err(|message| self.mistake(name, &message)).ok()
    }

    /// The names that are set, directly or as `NAME_FILE`, and begin and end so, with something in between. For
    /// variables whose middle is up to the person: `CLIMATE_ALERT_WEBHOOK`, `ALERT_TEMP_ABOVE`.
    pub fn names(&self, beginning: &str, end: &str) -> BTreeSet<String> {
        let fits = |name: &&str| {
            let rest = name.strip_prefix(beginning).and_then(|rest| rest.strip_suffix(end));
            rest.is_some_and(|middle| !middle.is_empty())
        };
        let set = self.environment.keys().chain(self.file.keys());
        set.map(|name| name.strip_suffix("_FILE").unwrap_or(name)).filter(fits).map(str::to_owned).collect()
    }

    /// Effective value of a variable, for people: the text of its first name that is set, or its default; empty without
    /// either. A secret has no text, and a file with a secret is named instead of read.
    ///
    /// A pattern such as `ALERT_<FIELD>_ABOVE` yields each matching name that is set.
    pub fn shown(&self, variable: &Variable) -> Vec<Shown> {
        if let Some((beginning, end)) = pattern(variable.name) {
            let names = self.names(beginning, end);
            return names.iter().filter_map(|name| self.shown_as(name, variable.secret)).collect();
        }
        let default = || {
            let value = (!variable.secret).then(|| variable.default.map(str::to_owned)).flatten();
            variable.default?;
            Some(Shown { name: variable.name.to_owned(), value, origin: Origin::Default })
        };
        let set = names(variable).find_map(|name| self.shown_as(name, variable.secret));
        set.or_else(default).into_iter().collect()
    }

    fn shown_as(&self, name: &str, is_secret: bool) -> Option<Shown> {
        let layers = [(&self.environment, Origin::Environment), (&self.file, Origin::File)];
        let path_name = format!("{name}_FILE");
        layers.iter().find_map(|(layer, origin)| {
            let (found, text) = layer.get_key_value(name).or_else(|| layer.get_key_value(&path_name))?;
            let value = (!is_secret || *found == path_name).then(|| self.redactor.scrub(text).into_owned());
            Some(Shown { name: found.clone(), value, origin: *origin })
        })
    }

    /// Marks variables as known, so that the file may set them though nobody reads them now.
    pub fn expect(&mut self, variables: &[Variable]) {
        for name in variables.iter().flat_map(names) {
            self.asked_for.insert(name.to_owned());
            self.asked_for.insert(format!("{name}_FILE"));
        }
    }

    /// Marks a part of a setting as secret too, such as the password in a URL.
    pub fn hide(&self, secret: &Secret) {
        self.redactor.add(secret);
    }

    /// Notes a mistake that concerns `name`. The message must not show a value.
    pub fn mistake(&mut self, name: &str, message: &str) {
        self.mistakes.push(format!("{name} {message}"));
    }

    /// Ends the reading: an error if anything was wrong. A variable of the file that nothing asked for is a mistake too.
    ///
    /// # Errors
    ///
    /// All mistakes, at once.
    pub fn finish(mut self) -> Result<(), Mistakes> {
        let unknown: Vec<_> =
            self.file.keys().filter(|name| !self.asked_for.contains(*name)).cloned().collect();
        for name in unknown {
            self.mistake("CONFIG_FILE", &format!("sets {name}, which this program does not know"));
        }
        if self.mistakes.is_empty() { Ok(()) } else { Err(Mistakes(self.mistakes)) }
    }

    /// The text of a variable under the first of its names that is set, and that name.
    fn text(&mut self, variable: &Variable) -> Option<(String, String)> {
        self.expect(std::slice::from_ref(variable));
        let found = names(variable).find_map(|name| self.under(name).map(|text| (name.to_owned(), text)))?;
        if variable.secret {
            self.redactor.add(&Secret::from(found.1.trim()));
        }
        Some(found)
    }

    /// The text under one name: from the environment, then the file; directly, or as the path of a file.
    fn under(&mut self, name: &str) -> Option<String> {
        let path_name = format!("{name}_FILE");
        let layers = [&self.environment, &self.file];
        let found = layers.into_iter().find_map(|layer| match layer.get(name) {
            Some(text) => Some(Ok(text.clone())),
            None => layer.get(&path_name).map(|path| Err(PathBuf::from(path))),
        })?;
        found.map_or_else(|path| self.content(&path_name, &path), Some)
    }

    fn content(&mut self, name: &str, path: &Path) -> Option<String> {
        let problem = match read(path) {
            Ok(text) if text.trim().is_empty() => "names an empty file".to_owned(),
            // Editors of another system put a mark before the text and end its line in two characters.
            Ok(text) => {
                return Some(text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']).to_owned());
            }
            Err(error) => format!("names a file that cannot be read: {}", error.kind()),
        };
        self.mistake(name, &problem);
        None
    }

    fn missing<T>(&mut self, variable: &Variable) -> Option<T> {
        let unreadable =
            |mistake: &String| names(variable).any(|name| mistake.starts_with(&format!("{name}_FILE ")));
        if !self.mistakes.iter().any(unreadable) {
            self.mistake(variable.name, &format!("is required: {}", variable.description));
        }
        None
    }
}

/// Fixed parts before and after the free part of a name: `ALERT_<FIELD>_ABOVE`.
fn pattern(name: &str) -> Option<(&str, &str)> {
    let (beginning, rest) = name.split_once('<')?;
    rest.split_once('>').map(|(_, end)| (beginning, end))
}

/// The names of a variable, the preferred one first.
fn names(variable: &Variable) -> impl Iterator<Item = &'static str> {
    std::iter::once(variable.name).chain(variable.also.iter().copied())
}

/// The text of a file, if it is one that can hold a setting: a device without end is read no further than that.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let limit = LONGEST + 1;
    let size = std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    if u64::try_from(size).is_ok_and(|size| size < limit) {
        Ok(text)
    } else {
        Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge))
    }
}
