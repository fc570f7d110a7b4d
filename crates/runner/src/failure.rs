//! Failure of a run: its stage, its message, and its exit code.

use std::fmt;

use fault::{Fault, Kind};

use crate::{Exit, Stage};

/// Failure of a run. Made by the stages of a [`Run`](crate::Run), which add their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    stage: Stage,
    exit: Exit,
    message: String,
    ended: bool,
    of_settings: bool,
}

impl Failure {
    /// The failure of an error that has a kind.
    pub(crate) fn of(stage: Stage, error: &(impl Fault + 'static)) -> Self {
        let failure = Self::new(stage, error.kind(), fault::chain(error));
        match error.retry_after() {
            Some(wait) if error.kind().is_passing() => {
                failure.adding(&format!("it asks to wait {} s", wait.as_secs()))
            }
            _ => failure,
        }
    }

    pub(crate) fn new(stage: Stage, kind: Kind, message: impl Into<String>) -> Self {
        Self { stage, exit: kind.into(), message: message.into(), ended: false, of_settings: false }
    }

    /// The run was interrupted by a signal or the deadline.
    pub(crate) fn ended(stage: Stage, reason: impl fmt::Display) -> Self {
        Self { ended: true, ..Self::new(stage, Kind::Temporary, reason.to_string()) }
    }

    /// The same failure, with the item it concerns.
    pub(crate) fn concerning(self, item: &impl fmt::Display) -> Self {
        Self { message: format!("{item}: {}", self.message), ..self }
    }

    /// The same failure, with more text.
    pub(crate) fn adding(self, more: &str) -> Self {
        Self { message: format!("{}; {more}", self.message), ..self }
    }

    /// One failure for several.
    pub(crate) fn all(failures: Vec<Self>) -> Option<Self> {
        failures.into_iter().reduce(|all, next| Self {
            exit: all.exit.or(next.exit),
            message: format!("{}\n{}", all.message, next.message),
            ended: all.ended || next.ended,
            of_settings: all.of_settings && next.of_settings,
            stage: all.stage,
        })
    }

    /// The stage it happened at.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Exit code of the program for this failure.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether a repeat would fail as well.
    pub fn is_lasting(&self) -> bool {
        self.exit != Exit::Temporary
    }

    /// Whether the run failed because of a signal or the deadline.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    /// The same failure, as one of mistakes in settings.
    pub(crate) fn of_settings(self) -> Self {
        Self { of_settings: true, ..self }
    }

    /// Whether mistakes in settings kept the program from starting.
    pub(crate) fn is_of_settings(&self) -> bool {
        self.of_settings
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// An error of the source is one of the stage `extract`.
impl<E: Fault + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::of(Stage::Extract, &error)
    }
}

/// The error with its causes; one line for each thing that failed.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
