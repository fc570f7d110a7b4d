//! Errors of the transport, printed as their root cause.

use std::error::Error;
use std::fmt;

/// An error of the transport. Prints only its root cause: `Connection refused (os error 111)`.
///
/// Four layers of libraries wrap the root cause in errors without further information. `Debug` shows them.
pub struct Transport(reqwest::Error);

impl Transport {
    /// Wraps an error whose URL has been removed.
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
