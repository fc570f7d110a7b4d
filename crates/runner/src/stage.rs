//! The stages of a run.

use std::fmt;

/// The stages of a run. A failure is known by the one it happened at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading the configuration.
    Configure,
    /// Asking the source.
    Extract,
    /// Making records of its reply.
    Transform,
    /// Storing them.
    Load,
}

impl Stage {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 4] = [Self::Configure, Self::Extract, Self::Transform, Self::Load];

    /// Its name in logs, reports and alerts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Extract => "extract",
            Self::Transform => "transform",
            Self::Load => "load",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
