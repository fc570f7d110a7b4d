//! Origin of a variable of a program.

use serde::{Deserialize, Deserializer, Serialize, de};

/// Origin of the value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::generate) enum Origin {
    /// It is written in the manifest. Never a secret.
    Literal(String),
    /// A key of a `ConfigMap`, or of what takes its place elsewhere: the operator writes it.
    Config(Reference),
    /// A key of a `Secret`, or of what takes its place elsewhere. Only its name is known here.
    Secret(Reference),
}

/// A key of a `ConfigMap` or a `Secret`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(in crate::generate) struct Reference {
    pub(in crate::generate) name: String,
    /// The key as the manifest writes it. Default: the variable's name in lower case, without the name of the
    /// `Secret` that it begins with.
    pub(in crate::generate) key: String,
    /// Whether the manifest names no key. Kubernetes then takes the whole `ConfigMap` or `Secret` as environment
    /// (`envFrom`), and its keys are names of variables.
    pub(in crate::generate) is_whole: bool,
    /// Whether any random text will do, so that it can be made up where the program runs: a token that it asks others for.
    pub(in crate::generate) is_random: bool,
}

/// Placeholder of the program's name in a key of a shared binding.
const PROGRAM: &str = "{program}";

impl Origin {
    /// The origin of a variable for one of the programs that share a binding.
    pub(in crate::generate) fn of(&self, program: &str, variable: &str) -> Self {
        let of = |reference: &Reference| Reference {
            name: reference.name.clone(),
            key: if reference.is_whole {
                reference.default_key(variable)
            } else {
                reference.key.replace(PROGRAM, program)
            },
            is_whole: reference.is_whole,
            is_random: reference.is_random,
        };
        match self {
            Self::Literal(text) => Self::Literal(text.clone()),
            Self::Config(reference) => Self::Config(of(reference)),
            Self::Secret(reference) => Self::Secret(of(reference)),
        }
    }
}

/// An origin as it is written: a value, or a table that names the key of the value.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Table(toml::Table),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    secret: Option<String>,
    config: Option<String>,
    key: Option<String>,
    random: Option<bool>,
}

const EXPECTED: &str =
    "must be a value, { secret = \"NAME\", key = \"KEY\" } or { config = \"NAME\", key = \"KEY\" }";

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = match Written::deserialize(deserializer).map_err(|_| de::Error::custom(EXPECTED))? {
            Written::Text(text) if text.is_empty() => {
                return Err(de::Error::custom("is empty, which programs read as not set; leave it out"));
            }
            Written::Text(text) if text.contains(char::is_control) => {
                return Err(de::Error::custom("holds a line break or another control character"));
            }
            Written::Text(text) => return Ok(Self::Literal(text)),
            Written::Integer(number) => return Ok(Self::Literal(number.to_string())),
            Written::Float(number) => return Ok(Self::Literal(number.to_string())),
            Written::Boolean(truth) => return Ok(Self::Literal(truth.to_string())),
            Written::Table(table) => table,
        };
        let place: Place = table.try_into().map_err(|_| de::Error::custom(EXPECTED))?;
        let is_random = place.random.unwrap_or_default();
        let refer = |name| Reference::new(name, place.key, is_random).map_err(de::Error::custom);
        match (place.secret, place.config) {
            (Some(name), None) => refer(name).map(Self::Secret),
            (None, Some(name)) if place.random.is_none() => refer(name).map(Self::Config),
            _ => Err(de::Error::custom(EXPECTED)),
        }
    }
}

impl Reference {
    /// The key in Kubernetes.
    pub(in crate::generate) fn key_of<'a>(&'a self, variable: &'a str) -> &'a str {
        if self.is_whole { variable } else { &self.key }
    }

    /// Default key of a variable: `token` for `INFLUXDB_TOKEN` in the Secret `influxdb`.
    fn default_key(&self, variable: &str) -> String {
        let key = variable.to_ascii_lowercase().replace('_', "-");
        let rest = key.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('-'));
        rest.unwrap_or(&key).to_owned()
    }

    /// Name as a file, as in `openweather.key`. Names have no dots, so all file names differ.
    pub(in crate::generate) fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.key)
    }

    /// Name as a variable, as in `PLACES_CITIES`.
    pub(in crate::generate) fn variable(&self) -> String {
        let of_variable =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
        self.file_name().chars().map(of_variable).collect()
    }

    fn new(name: String, key: Option<String>, is_random: bool) -> Result<Self, String> {
        if !is_name(&name) {
            return Err(format!("names `{name}`; a name is lower-case letters, digits and hyphens"));
        }
        let Some(key) = key else { return Ok(Self { name, key: String::new(), is_whole: true, is_random }) };
        let is_of_key = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        let plain = key.replace(PROGRAM, "program");
        if plain.is_empty() || !plain.chars().all(is_of_key) {
            return Err(format!(
                "has the key `{key}`; a key is letters, digits, hyphens, underscores and dots"
            ));
        }
        Ok(Self { name, key, is_whole: false, is_random })
    }
}

/// Whether it can name an object of Kubernetes, a service of Compose and a unit of systemd. Source:
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names>.
pub(in crate::generate) fn is_name(text: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    !text.is_empty()
        && text.len() <= 63
        && text.chars().all(is_inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}
