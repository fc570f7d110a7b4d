//! Thresholds on the fields of records.

mod observe;
mod per_tag;
mod read;

pub use observe::{FieldValue, Reading};
pub use read::Thresholds;

use crate::{Hold, Severity};
use per_tag::PerTag;

/// A field that a threshold may be on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name in the record.
    pub name: &'a str,
    /// Kind of its values.
    pub kind: FieldKind,
    /// Names of the record's tags or keys.
    pub tags: Vec<&'a str>,
    /// Whether each row of the record is an event.
    pub is_event: bool,
}

/// Kind of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Numbers, for `_ABOVE` and `_BELOW`.
    Number,
    /// Texts or booleans, for `_IS`.
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

/// Test of a value.
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
    /// Its name in the variable and in the key of the alert.
    fn name(&self) -> &'static str {
        match self {
            Self::Above { .. } => "above",
            Self::Below { .. } => "below",
            Self::Is(_) => "is",
        }
    }
}
