//! The reasons why there is no server to test against.

use std::fmt::Display;

use crate::Requirement;

/// A server or a tool that is not available to a test.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Missing {
    /// Its program is not on this machine.
    #[error("{} is not installed ({})", .0.program(), .0.origin())]
    NotInstalled(Requirement),
    /// This process lacks the right to it, which root has.
    #[error("{what} needs root")]
    NotPermitted {
        /// Attempted action.
        what: &'static str,
    },
    /// It is there and did not become ready.
    #[error("{program} did not start: {reason}")]
    DidNotStart {
        /// The program.
        program: &'static str,
        /// Last output, or the error before it.
        reason: String,
    },
}

impl Missing {
    /// For `map_err`: something failed on the way to a running `program`.
    pub(super) fn because<E: Display>(program: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::DidNotStart { program, reason: error.to_string() }
    }

    /// Whether the machine lacks it, rather than that it is broken.
    pub fn is_absent(&self) -> bool {
        !matches!(self, Self::DidNotStart { .. })
    }
}
