//! The meaning of an error for its caller, the one retry policy that obeys it, and the one backoff.
//!
//! Clients and sinks have errors of their own, with their own words. Their callers need to know one thing: *what
//! now?* Every such error answers it through [`Fault`], in one vocabulary, [`Kind`]. Retrying happens in one place,
//! [`Retry`], which reads nothing else. The waits between attempts are those of [`Backoff`] everywhere.
//!
//! This crate does not know HTTP, SQL or records.

mod backoff;
mod retry;

use std::time::Duration;

pub use backoff::Backoff;
pub use retry::Retry;

/// The action that an error asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It may work in a moment: a network that is away, a server that is busy, a time-out.
    Temporary,
    /// Too many requests. [`Fault::retry_after`] is the time to wait, where the service gave one.
    RateLimited,
    /// The credentials are missing, wrong, or not allowed to do this. Trying again does not help.
    Unauthorized,
    /// The data broke its contract: a reply that cannot be understood, a record the store refuses.
    Rejected,
    /// A setting is wrong: an unknown city, a missing bucket. A person has to change it.
    Configuration,
}

impl Kind {
    /// Whether the same call may succeed later without anyone changing anything.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Temporary | Self::RateLimited)
    }
}

/// An error that tells its caller what to do.
pub trait Fault: std::error::Error {
    /// The action it asks for.
    fn kind(&self) -> Kind;

    /// The pause that the other side asked for, if it did.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// The error and all its causes on one line, each after a colon.
///
/// Errors here keep their source and do not print it, so the chain of causes is printed once, where it is logged.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_tells_every_cause_once() {
        let inner = std::io::Error::other("disk on fire");
        let outer = std::io::Error::new(std::io::ErrorKind::NotFound, inner);
        assert_eq!(chain(&outer), "disk on fire");
    }
}
