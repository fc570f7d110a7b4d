//! Results of mapping messages.

use std::fmt;

use super::payload::Refused;

/// Result of mapping a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A row.
    Row {
        /// Index of the table.
        table: usize,
        /// Value that was left out.
        refused: Option<Refused>,
    },
    /// No row: the message has no value.
    NoValue(Option<Refused>),
    /// No row: a retained message that was stored before, or has no time.
    Retained,
    /// No row: ignored by the configuration.
    Ignored,
    /// No row: no rule matches.
    Unmapped,
    /// No row: the payload is invalid for its topic.
    Malformed(String),
    /// A device or group list was read, so the mapping may have changed.
    Learned,
    /// The message cannot be mapped before the device list arrives; map it again then.
    Wait,
}

impl Outcome {
    /// Value that was left out, if any.
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Row { refused, .. } | Self::NoValue(refused) => refused.as_ref(),
            _ => None,
        }
    }

    /// Label of the counter.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Row { .. } => "mapped",
            Self::NoValue(_) => "no_value",
            Self::Retained => "retained",
            Self::Ignored => "ignored",
            Self::Unmapped => "unmapped",
            Self::Malformed(_) => "malformed",
            Self::Learned => "learned",
            Self::Wait => "waiting",
        }
    }
}

/// Text for people.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row { .. } => f.write_str("a row"),
            Self::NoValue(None) => f.write_str("nothing: no value"),
            Self::NoValue(Some(refused)) => write!(f, "nothing: {refused}"),
            Self::Retained => f.write_str("nothing: retained message that was stored before or has no time"),
            Self::Ignored => f.write_str("nothing: ignored"),
            Self::Unmapped => f.write_str("nothing: no rule matches the topic"),
            Self::Malformed(why) => write!(f, "nothing: {why}"),
            Self::Learned => f.write_str("nothing: list of devices or groups"),
            Self::Wait => f.write_str("deferred until the device list arrives"),
        }
    }
}
