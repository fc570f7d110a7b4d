//! Outputs of a step for later steps and jobs.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// Names and values, each value on one line. Source:
/// <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#setting-an-output-parameter>.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outputs(Vec<(&'static str, String)>);

/// Outputs of a step for its successful programs, and the problems of the others.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) outputs: Outputs,
    /// Problems of programs, each with the program's name. The results of the others count all the same.
    pub(super) problems: Vec<String>,
}

impl From<Outputs> for Done {
    fn from(outputs: Outputs) -> Self {
        Self { outputs, problems: Vec::new() }
    }
}

impl Outputs {
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.to_owned()));
        self
    }

    /// Adds them to the file that the runner names, or prints them where there is no runner.
    pub(super) fn write(&self, file: Option<&Path>) -> Result<(), String> {
        let text = self.text()?;
        let Some(path) = file else {
            print!("{text}");
            return Ok(());
        };
        let opened = File::options().append(true).create(true).open(path);
        let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| format!("{}: {error}", path.display()))
    }

    fn text(&self) -> Result<String, String> {
        let line = |(name, value): &(&str, String)| {
            // A second line would be read as an output of its own.
            if value.contains(['\n', '\r']) {
                Err(format!("{name} has several lines"))
            } else {
                Ok(format!("{name}={value}\n"))
            }
        };
        self.0.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_added_to_those_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outputs");
        Outputs::default().with("any", "true").write(Some(&file)).unwrap();
        Outputs::default().with("programs", "[\"tides\"]").write(Some(&file)).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "any=true\nprograms=[\"tides\"]\n");
    }

    #[test]
    fn a_value_cannot_smuggle_in_another_output() {
        assert!(Outputs::default().with("image", "a\nany=true").write(None).is_err());
    }
}
