//! The declaration of a program: its name, its records, its kind.

use std::time::Duration;

use record::{Record, Schema};

/// The declaration of a program: its name, its records, its kind.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) description: &'static str,
    pub(crate) records: Vec<&'static Schema>,
    pub(crate) has_history: bool,
    pub(crate) kind: ProgramKind,
    /// The default of `INTERVAL_SECONDS`, where the program has a period.
    pub(crate) interval: Option<&'static str>,
    pub(crate) check: Option<CheckArguments>,
}

/// The kinds of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgramKind {
    /// Runs once.
    Job,
    /// Reads a sensor or a stream until it is stopped.
    Device,
    /// Answers requests until it is stopped.
    Service,
}

/// The operands that a device takes after `--check`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckArguments {
    /// Their names, as `--help` shows them.
    pub(crate) names: &'static [&'static str],
    /// Their effect, in words.
    pub(crate) does: &'static str,
}

impl Program {
    /// A program by its package. [`program!`](crate::program) fills in the one that calls it.
    pub fn new(name: &'static str, version: &'static str, description: &'static str) -> Self {
        let (records, has_history, kind) = (Vec::new(), false, ProgramKind::Job);
        Self { name, version, description, records, has_history, kind, interval: None, check: None }
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

    /// Declares how often a device reads unless a person says otherwise: the default of `INTERVAL_SECONDS`.
    #[must_use]
    pub fn every(self, interval: Duration) -> Self {
        // The default of a variable is text that lives as long as the program, of which there is one.
        let text: &'static str = interval.as_secs_f64().to_string().leak();
        Self { interval: Some(text), ..self }
    }

    /// Declares the operands that a device takes after `--check`, and their effect, for `--help`. The device reads them by
    /// [`Check::arguments`](crate::Check::arguments).
    #[must_use]
    pub fn check_takes(self, names: &'static [&'static str], does: &'static str) -> Self {
        Self { check: Some(CheckArguments { names, does }), ..self }
    }

    /// The same program as one of this kind.
    pub(crate) fn of_kind(self, kind: ProgramKind) -> Self {
        Self { kind, ..self }
    }
}

impl ProgramKind {
    /// Its name in `--describe`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Device => "device",
            Self::Service => "service",
        }
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
