//! Exit codes of programs.

use std::process::ExitCode;

use fault::Kind;

/// Result of a program, as an exit code. The numbers are those of `sysexits.h` that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or nothing new.
    Done,
    /// 65: the source's data broke its contract. Do not retry.
    Data,
    /// 75: temporary, of the source, the store or the network. Retry.
    Temporary,
    /// 78: configuration. Do not retry.
    Configuration,
}

impl Exit {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Data => 65,
            Self::Temporary => 75,
            Self::Configuration => 78,
        }
    }

    /// The exit of a run that met both: a temporary failure comes first, since a repeat may still succeed.
    pub(crate) fn or(self, other: Self) -> Self {
        let weight = |exit| match exit {
            Self::Done => 0,
            Self::Data => 1,
            Self::Configuration => 2,
            Self::Temporary => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Temporary | Kind::RateLimited => Self::Temporary,
            Kind::Rejected => Self::Data,
            Kind::Unauthorized | Kind::Configuration => Self::Configuration,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
