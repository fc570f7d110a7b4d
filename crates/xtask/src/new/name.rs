//! The name of a program, a client or a driver, in each spelling that a template needs.

use std::collections::BTreeSet;

/// A name of lower-case words, which are joined by hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

/// Words that cannot name a module, a field or a program: the keywords of
/// <https://doc.rust-lang.org/reference/keywords.html>, and the reserved names of cargo and the standard library.
const TAKEN_BY_RUST: &str = "abstract as async await become box break const continue crate do dyn else enum extern \
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct \
    super trait true try type typeof union unsafe unsized use virtual where while yield \
    alloc build core deps examples incremental main proc-macro std test tests";

/// Names that the scaffold needs for something else.
const TAKEN_BY_THE_SCAFFOLD: &str = "client climate config debug deserialize device duration error failure impossible \
    measurement polling reading record reply run secret service site source station timestamp transform url";

/// Names whose `NAME_URL`, or whose measurement, belongs to every program.
const TAKEN_BY_THE_RUNNER: &str =
    "alertmanager database heartbeat influx influxdb mqtt pipeline-runs postgres slack sqlite";

impl Name {
    /// Reads a name, and refuses one that some part of a program could not have.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if !text.split('-').all(is_word) {
            return Err(format!(
                "`{text}` is no name: use lower-case words joined by hyphens, as in `river-levels`"
            ));
        }
        let is_among = |names: &str| names.split(' ').any(|name| name == text);
        if is_among(TAKEN_BY_RUST) || is_among(TAKEN_BY_THE_SCAFFOLD) {
            return Err(format!(
                "`{text}` means something else in Rust or in the scaffold; add a word to it"
            ));
        }
        if is_among(TAKEN_BY_THE_RUNNER) {
            return Err(format!("`{text}` is a name of the runner's own settings; add a word to it"));
        }
        Ok(Self(text.to_owned()))
    }

    /// Refuses a name that a package has already.
    pub(super) fn check_as_package(&self, packages: &BTreeSet<String>) -> Result<(), String> {
        // Rust takes a hyphen in a package for an underscore.
        if packages.iter().any(|package| package.replace('_', "-") == self.0) {
            return Err(format!("a package `{}` is in use here already; nothing was changed", self.0));
        }
        Ok(())
    }

    /// The name of the sensor that a device's name begins with.
    pub(super) fn first_word(&self) -> Result<Self, String> {
        let (first, _) = self.0.split_once('-').ok_or_else(|| {
            format!("`{}` has to name the sensor in its first word, and then what it measures, as in `sht40-climate`", self.0)
        })?;
        Self::parse(first)
    }

    /// A minute of the hour that follows from the name, so that jobs do not all start at once.
    pub(super) fn minute(&self) -> u32 {
        self.0.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 60)
    }

    /// The folder of a client of this name.
    pub(super) fn client_folder(&self) -> String {
        format!("crates/api-clients/{}", self.0)
    }

    /// As a package: `river-levels`.
    pub(super) fn kebab(&self) -> &str {
        &self.0
    }

    /// As a module or a measurement: `river_levels`.
    pub(super) fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As a type: `RiverLevels`.
    pub(super) fn camel(&self) -> String {
        self.0.split('-').map(capitalized).collect()
    }

    /// As the beginning of a variable: `RIVER_LEVELS`.
    pub(super) fn upper(&self) -> String {
        self.snake().to_ascii_uppercase()
    }

    /// As words: `River levels`.
    pub(super) fn words(&self) -> String {
        capitalized(&self.0.replace('-', " "))
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_every_spelling() {
        let name = Name::parse("pm25-levels").unwrap();
        let spellings = (name.kebab(), name.snake(), name.camel(), name.upper(), name.words());
        let expected = ("pm25-levels", "pm25_levels", "Pm25Levels", "PM25_LEVELS", "Pm25 levels");
        assert_eq!(
            spellings,
            (expected.0, expected.1.into(), expected.2.into(), expected.3.into(), expected.4.into())
        );
    }

    #[test]
    fn a_text_that_cannot_be_a_name_is_refused() {
        for text in [
            "",
            "River",
            "river_levels",
            "-river",
            "river-",
            "2rivers",
            "rivière",
            "../river",
            "river levels",
        ] {
            assert!(Name::parse(text).unwrap_err().contains("is no name"), "{text}");
        }
        for text in ["match", "test", "service", "influxdb"] {
            assert!(Name::parse(text).unwrap_err().contains("add a word to it"), "{text}");
        }
    }

    #[test]
    fn a_name_that_a_package_has_is_refused() {
        let packages = ["tokio".to_owned(), "serde_json".to_owned()].into();
        assert!(Name::parse("serde-json").unwrap().check_as_package(&packages).is_err());
        assert!(Name::parse("river-levels").unwrap().check_as_package(&packages).is_ok());
    }
}
