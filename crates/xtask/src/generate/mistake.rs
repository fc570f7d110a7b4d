//! Mistakes in manifests, collected so that all are reported at once.

use std::fmt;

/// A mistake, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The file, from the root of the workspace.
    pub(super) file: String,
    /// The key in it, as in `package.metadata.pipeline.schedule`.
    pub(super) key: String,
    /// Problem of its value, as the end of a sentence that begins with the key.
    pub(super) problem: String,
}

/// All mistakes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub(super) fn add(&mut self, file: &str, key: &str, problem: impl Into<String>) {
        self.0.push(Mistake { file: file.to_owned(), key: key.to_owned(), problem: problem.into() });
    }

    /// `value`, if there is no mistake.
    pub(super) fn or<T>(self, value: T) -> Result<T, String> {
        if self.0.is_empty() { Ok(value) } else { Err(self.to_string()) }
    }

    /// Each on a line of its own, for tests.
    #[cfg(test)]
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} {}", self.file, self.key, self.problem)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        let what = if count == 1 { "a mistake" } else { "mistakes" };
        write!(formatter, "{what} in what the deployment is made from:")?;
        self.0.iter().try_for_each(|mistake| write!(formatter, "\n  {mistake}"))
    }
}
