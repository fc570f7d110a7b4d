//! Conversion of a value of a payload to a value of a column.

use std::borrow::Cow;
use std::rc::Rc;

use record::Type;

/// Default words for true and false.
const USUAL_YES: [&str; 6] = ["ON", "TRUE", "YES", "OPEN", "ONLINE", "1"];
const USUAL_NO: [&str; 6] = ["OFF", "FALSE", "NO", "CLOSED", "OFFLINE", "0"];

/// Length limit of InfluxDB for a text field, in bytes.
const LONGEST_TEXT: usize = 64 * 1024 - 1;

/// Texts that firmware publishes without a reading: `nan` or `None` by ESPHome, nothing or `null` by others.
const ABSENT: [&str; 7] = ["", "nan", "none", "null", "unavailable", "unknown", "undefined"];

/// One value of a payload, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(&'a str),
}

/// Value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Converted<'a> {
    /// No value.
    Absent,
    /// A number.
    Float(f64),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// Text.
    Text(Cow<'a, str>),
}

/// Reason for leaving out a value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The type differs from that of the column, which never changes.
    #[error("is not a {}", type_name(*.0))]
    OtherType(Type),
    /// The value is outside of the valid range.
    #[error("is {value}, outside of {low} to {high}")]
    OutOfRange {
        /// Value in the payload.
        value: f64,
        /// Lowest valid value.
        low: f64,
        /// Highest valid value.
        high: f64,
    },
    /// The text is longer than a store accepts.
    #[error("is a text of {0} bytes, too long for a store")]
    TooLong(usize),
    /// The value is not a time.
    #[error("is not a time")]
    NoTime,
    /// The topic or measurement has too many fields.
    #[error("is one field too many")]
    TooManyFields,
}

/// Conversion of the values of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// Target type.
    pub kind: ValueKind,
    /// Lowest and highest valid number.
    pub valid: Option<(f64, f64)>,
}

/// Target type.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// A number; text is parsed.
    Float,
    /// An integer; text is parsed.
    Integer,
    /// A boolean, with these words for true and false, or the default ones.
    Boolean(Option<Rc<BooleanWords>>),
    /// Text; a number or boolean is formatted.
    Text,
}

/// Words for true and false, in any case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BooleanWords {
    /// Words for true.
    pub yes: Vec<Box<str>>,
    /// Words for false.
    pub no: Vec<Box<str>>,
}

impl Conversion {
    /// Creates a conversion without a range.
    pub fn of(kind: ValueKind) -> Self {
        Self { kind, valid: None }
    }

    /// Type of the column.
    pub fn value_type(&self) -> Type {
        match self.kind {
            ValueKind::Float => Type::Float,
            ValueKind::Integer => Type::Integer,
            ValueKind::Boolean(_) => Type::Boolean,
            ValueKind::Text => Type::Text,
        }
    }

    /// Converts a value.
    ///
    /// # Errors
    ///
    /// The reason for leaving it out.
    pub fn convert<'a>(&self, scalar: Scalar<'a>) -> Result<Converted<'a>, Refusal> {
        if scalar == Scalar::Null {
            return Ok(Converted::Absent);
        }
        let converted = match &self.kind {
            ValueKind::Float => float(scalar),
            ValueKind::Integer => integer(scalar),
            ValueKind::Boolean(words) => boolean(scalar, words.as_deref()),
            ValueKind::Text => Some(Converted::Text(text(scalar))),
        };
        let converted = converted.ok_or_else(|| Refusal::OtherType(self.value_type()))?;
        self.accept(&converted)?;
        Ok(converted)
    }

    fn accept(&self, converted: &Converted<'_>) -> Result<(), Refusal> {
        if let Converted::Text(text) = converted
            && text.len() > LONGEST_TEXT
        {
            return Err(Refusal::TooLong(text.len()));
        }
        let Some((low, high)) = self.valid else { return Ok(()) };
        let value = match converted {
            Converted::Float(number) => *number,
            Converted::Integer(number) => to_float(*number),
            _ => return Ok(()),
        };
        if (low..=high).contains(&value) { Ok(()) } else { Err(Refusal::OutOfRange { value, low, high }) }
    }
}

/// Converts an integer to a float; beyond 2⁵³ to the nearest one.
#[expect(clippy::cast_precision_loss, reason = "a measured number is a float, and the nearest one is meant")]
pub fn to_float(number: i64) -> f64 {
    number as f64
}

/// Name of a type in messages.
pub fn type_name(value_type: Type) -> &'static str {
    match value_type {
        Type::Float => "number",
        Type::Integer => "whole number",
        Type::Boolean => "Boolean",
        _ => "text",
    }
}

fn float(scalar: Scalar<'_>) -> Option<Converted<'static>> {
    match scalar {
        Scalar::Float(number) if number.is_finite() => Some(Converted::Float(number)),
        Scalar::Integer(number) => Some(Converted::Float(to_float(number))),
        Scalar::Text(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Some(Converted::Float(number)),
            // A number that is not finite is absent, like `nan`.
            Ok(_) => Some(Converted::Absent),
            Err(_) => absent(text),
        },
        Scalar::Float(_) | Scalar::Null => Some(Converted::Absent),
        Scalar::Boolean(_) => None,
    }
}

fn integer(scalar: Scalar<'_>) -> Option<Converted<'static>> {
    match scalar {
        Scalar::Integer(number) => Some(Converted::Integer(number)),
        Scalar::Float(number) => whole(number).map(Converted::Integer),
        Scalar::Text(text) => match text.trim().parse() {
            Ok(number) => Some(Converted::Integer(number)),
            Err(_) => match float(scalar)? {
                Converted::Float(number) => whole(number).map(Converted::Integer),
                _ => absent(text),
            },
        },
        Scalar::Null => Some(Converted::Absent),
        Scalar::Boolean(_) => None,
    }
}

/// Converts a whole float, such as `3.0`, to an integer.
#[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
fn whole(number: f64) -> Option<i64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= LARGEST).then_some(number as i64)
}

fn boolean(scalar: Scalar<'_>, words: Option<&BooleanWords>) -> Option<Converted<'static>> {
    match scalar {
        Scalar::Boolean(yes) => Some(Converted::Boolean(yes)),
        Scalar::Integer(number) => word(&number.to_string(), words),
        Scalar::Text(text) => word(text.trim(), words),
        Scalar::Float(_) => None,
        Scalar::Null => Some(Converted::Absent),
    }
}

fn word(text: &str, words: Option<&BooleanWords>) -> Option<Converted<'static>> {
    let (yes, no) = match words {
        Some(words) => (
            is_any(text, words.yes.iter().map(AsRef::as_ref)),
            is_any(text, words.no.iter().map(AsRef::as_ref)),
        ),
        None => (is_any(text, USUAL_YES.into_iter()), is_any(text, USUAL_NO.into_iter())),
    };
    match (yes, no) {
        (true, _) => Some(Converted::Boolean(true)),
        (_, true) => Some(Converted::Boolean(false)),
        _ => absent(text),
    }
}

fn text(scalar: Scalar<'_>) -> Cow<'_, str> {
    match scalar {
        Scalar::Text(text) => Cow::Borrowed(text),
        Scalar::Boolean(yes) => Cow::Borrowed(if yes { "true" } else { "false" }),
        Scalar::Integer(number) => Cow::Owned(number.to_string()),
        Scalar::Float(number) => Cow::Owned(number.to_string()),
        Scalar::Null => Cow::Borrowed(""),
    }
}

fn absent(text: &str) -> Option<Converted<'static>> {
    is_any(text.trim(), ABSENT.into_iter()).then_some(Converted::Absent)
}

fn is_any<'a>(text: &str, mut words: impl Iterator<Item = &'a str>) -> bool {
    words.any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests;
