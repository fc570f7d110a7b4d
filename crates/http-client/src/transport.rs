//! What the transport says, told by its root.

use std::error::Error;
use std::fmt;

/// An error of the transport. Prints its root cause alone: `Connection refused (os error 111)`.
///
/// Between a call and the root lie four layers of libraries that each say "error" in other words. They are in `Debug`.
pub struct Transport(reqwest::Error);

impl Transport {
    /// Wraps an error whose URL has been taken out.
    pub(crate) fn new(error: reqwest::Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut root: &dyn Error = &self.0;
        while let Some(cause) = root.source() {
            root = cause;
        }
        fmt::Display::fmt(root, f)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for Transport {}
