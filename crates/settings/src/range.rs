//! The range of a setting that is a number.

use std::fmt;

use serde::Serialize;

/// The range of a number, both ends included, and its unit. Neither end is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// The smallest number in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The largest number in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// The unit of both, as in `m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
}

/// No end is NaN, so a range equals itself.
impl Eq for Range {}

impl Range {
    /// Whether a number is in it.
    pub(crate) fn contains(&self, number: f64) -> bool {
        // NaN is in no range, so each comparison is one that it fails.
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

/// As in `from 0 to 3000 m`, `at least 1 s` or `at most 20 °C`.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "from {min} to {max}")?,
            (Some(min), None) => write!(f, "at least {min}")?,
            (None, Some(max)) => write!(f, "at most {max}")?,
            (None, None) => f.write_str("any")?,
        }
        self.unit.iter().try_for_each(|unit| write!(f, " {unit}"))
    }
}
