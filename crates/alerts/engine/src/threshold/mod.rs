//! Thresholds on the fields of records.

mod observe;
mod per_tag;
mod read;

pub use observe::{Reading, Seen};
pub use read::Thresholds;

use crate::{Hold, Severity};
use per_tag::PerTag;

/// A field that a threshold may be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name in the record.
    pub name: &'a str,
    /// What its values are.
    pub kind: FieldKind,
    /// The names of the record's tags or keys.
    pub tags: Vec<&'a str>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Numbers, which may be too high or too low.
    Number,
    /// Texts or truths, each a state to be in.
    State,
}

/// One threshold, on the field of that name in every record that has one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Threshold {
    field: String,
    test: Test,
    hold: Hold,
    severity: Severity,
    concern: Option<String>,
}

/// What must not be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// A number above its limit. It is clear again at `clear`, or at the limit.
    Above { limit: PerTag<f64>, clear: Option<PerTag<f64>> },
    /// A number below its limit.
    Below { limit: PerTag<f64>, clear: Option<PerTag<f64>> },
    /// A state that is one of these.
    Is(PerTag<Vec<String>>),
}

impl Test {
    /// As in the name of the variable and in the key of the alert.
    fn name(&self) -> &'static str {
        match self {
            Self::Above { .. } => "above",
            Self::Below { .. } => "below",
            Self::Is(_) => "is",
        }
    }
}
