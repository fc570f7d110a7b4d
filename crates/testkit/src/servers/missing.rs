//! Why there is no server to test against.

use std::fmt::Display;

/// A server that could not be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Missing {
    /// Its program is not on this machine.
    #[error("{program} is not installed (Debian package {package})")]
    NotInstalled {
        /// The program looked for.
        program: &'static str,
        /// The Debian package that brings it.
        package: &'static str,
    },
    /// It is there and did not become ready.
    #[error("{program} did not start: {reason}")]
    DidNotStart {
        /// The program.
        program: &'static str,
        /// What it wrote last, or what went wrong before it could.
        reason: String,
    },
}

impl Missing {
    /// For `map_err`: something failed on the way to a running `program`.
    pub(super) fn because<E: Display>(program: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::DidNotStart { program, reason: error.to_string() }
    }
}
