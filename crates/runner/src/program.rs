//! What a program is, before it runs.

use record::{Record, Schema};

/// What a program is: its name, and the records it yields.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) description: &'static str,
    pub(crate) records: Vec<&'static Schema>,
    pub(crate) has_history: bool,
    /// What `--describe` calls it: `job` or `service`.
    pub(crate) kind: &'static str,
}

impl Program {
    /// A program by its package. [`program!`](crate::program) fills in the one that calls it.
    pub fn new(name: &'static str, version: &'static str, description: &'static str) -> Self {
        Self { name, version, description, records: Vec::new(), has_history: false, kind: "job" }
    }

    /// Declares a record that the program yields.
    #[must_use]
    pub fn record<R: Record>(mut self) -> Self {
        self.records.push(R::schema());
        self
    }

    /// Declares that the source has a history, so that `--since` and `--until` mean something.
    #[must_use]
    pub fn with_history(self) -> Self {
        Self { has_history: true, ..self }
    }

    pub(crate) fn of_kind(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }
}

/// The program of the package that calls it: name, version and description from its `Cargo.toml`.
#[macro_export]
macro_rules! program {
    () => {
        $crate::Program::new(
            ::core::env!("CARGO_PKG_NAME"),
            ::core::env!("CARGO_PKG_VERSION"),
            ::core::env!("CARGO_PKG_DESCRIPTION"),
        )
    };
}
