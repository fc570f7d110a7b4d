//! A step of the checks, and its possible outcomes.

use super::progress::Progress;

/// One of the checks.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: &'static str,
    /// Description for `--list`.
    pub(super) about: &'static str,
    /// Whether it is part of a call that names no step.
    pub(super) by_default: bool,
    /// Whether it mostly installs, downloads or waits, so that it runs beside those that compile.
    pub(super) waits: bool,
    /// Whether it writes its own end.
    pub(super) has_last_word: bool,
    pub(super) run: fn(&mut Progress) -> Outcome,
}

/// Outcome of a step.
pub(super) enum Outcome {
    Passed,
    /// Omitted checks with their reasons, a line each.
    Skipped(Vec<String>),
    /// Error text, in addition to the output of the step.
    Failed(String),
}
