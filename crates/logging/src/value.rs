//! One value of a field, with its type kept.

use std::fmt::{self, Write as _};

use secret::Redactor;
use serde::{Serialize, Serializer};

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    /// Always finite, since JSON has no other numbers.
    Float(f64),
    Text(String),
}

impl Value {
    pub(crate) fn float(number: f64) -> Self {
        if number.is_finite() { Self::Float(number) } else { Self::Text(number.to_string()) }
    }

    /// The value without secrets. A number that holds one becomes text.
    pub(crate) fn scrubbed(self, redactor: &Redactor) -> Self {
        let plain = self.to_string();
        match redactor.scrub(&plain) {
            clean if clean == plain => self,
            clean => Self::Text(clean.into_owned()),
        }
    }
}

/// As it is, without quotes.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Appends `text` with control characters escaped: a line stays one line, and no service can color our terminal.
pub(crate) fn push_visible(line: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_control() {
            let _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
}
