//! Valid ranges of numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Value;

/// The range of a number, both ends included. At least one end is there, and neither is NaN or infinite.
///
/// A sensor that shows a value outside of its range is broken, is warming up, or was misread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Valid {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

/// No end is NaN, so a range equals itself.
impl Eq for Valid {}

/// A range as it is written, before it is known to be one.
#[derive(Deserialize)]
struct Ends {
    #[serde(default)]
    min: Option<f64>,
    #[serde(default)]
    max: Option<f64>,
}

impl Valid {
    /// From `min` to `max`; `None` where no number, or every number, would be in it.
    pub const fn new(min: Option<f64>, max: Option<f64>) -> Option<Self> {
        let is_range = match (min, max) {
            (Some(min), Some(max)) => min.is_finite() && max.is_finite() && min <= max,
            (Some(end), None) | (None, Some(end)) => end.is_finite(),
            (None, None) => false,
        };
        if is_range { Some(Self { min, max }) } else { None }
    }

    /// The smallest number in it.
    pub fn min(&self) -> Option<f64> {
        self.min
    }

    /// The largest number in it.
    pub fn max(&self) -> Option<f64> {
        self.max
    }

    /// Whether a value is in the range. Absent values, and those that are no numbers, have no limits.
    #[expect(clippy::cast_precision_loss, reason = "a count beyond 2^53 is beyond its limit as well")]
    pub fn allows(&self, value: Value<'_>) -> bool {
        match value {
            Value::Float(number) => self.holds(number),
            Value::Integer(number) => self.holds(number as f64),
            _ => true,
        }
    }

    fn holds(&self, number: f64) -> bool {
        // NaN is in no range, so each comparison is one that it fails.
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

/// As in `0 to 999.9`, `at least 0` or `at most 999.9`.
impl fmt::Display for Valid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any number"),
        }
    }
}

impl TryFrom<Ends> for Valid {
    type Error = &'static str;

    fn try_from(ends: Ends) -> Result<Self, Self::Error> {
        Self::new(ends.min, ends.max).ok_or("not a range of numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_in_it_and_nan_is_not() {
        let valid = Valid::new(Some(0.0), Some(999.9)).unwrap();
        for value in [Value::Float(0.0), Value::Float(999.9), Value::Integer(5), Value::Null] {
            assert!(valid.allows(value), "{value:?}");
        }
        for value in [Value::Float(-0.1), Value::Float(1000.0), Value::Integer(1000), Value::Float(f64::NAN)]
        {
            assert!(!valid.allows(value), "{value:?}");
        }
    }

    #[test]
    fn an_end_may_be_open() {
        assert!(Valid::new(Some(0.0), None).unwrap().allows(Value::Float(1e300)));
        assert!(!Valid::new(None, Some(1.0)).unwrap().allows(Value::Float(1.5)));
        assert_eq!(Valid::new(Some(-40.0), None).unwrap().to_string(), "at least -40");
    }

    #[test]
    fn an_invalid_range_cannot_be_made_or_read() {
        for (min, max) in
            [(None, None), (Some(2.0), Some(1.0)), (Some(f64::NAN), None), (None, Some(f64::INFINITY))]
        {
            assert_eq!(Valid::new(min, max), None, "{min:?} to {max:?}");
        }
        assert!(serde_json::from_str::<Valid>(r#"{"min":2,"max":1}"#).is_err());
        let read: Valid = serde_json::from_str(r#"{"min":1}"#).unwrap();
        assert_eq!((read.min(), read.max()), (Some(1.0), None));
    }
}
