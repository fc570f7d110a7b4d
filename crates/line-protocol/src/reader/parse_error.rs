//! Errors of the reader.

use std::fmt;

/// A malformed line, with its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, byte {offset}: expected {expected}")]
pub struct ParseError {
    /// Line of the text on which the point starts, counted from one.
    pub line: usize,
    /// Offset of the error in bytes from the start of the whole text.
    pub offset: usize,
    /// Expected syntax.
    pub expected: Expected,
    /// The whole line, without the newline at its end. Bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// Expected syntax at the position of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A measurement.
    Measurement,
    /// The key of a tag, after a comma.
    TagKey,
    /// A tag key that is not on the line yet.
    NewTagKey,
    /// The value of a tag.
    TagValue,
    /// A comma before a tag, or a space before the fields.
    CommaOrSpace,
    /// The key of a field.
    FieldKey,
    /// `=` after a key.
    Equals,
    /// A number, a Boolean or a quoted text.
    FieldValue,
    /// A 64-bit signed integer before the suffix `i`.
    Int,
    /// A 64-bit unsigned integer before the suffix `u`.
    UInt,
    /// A finite 64-bit float.
    Float,
    /// The quote that ends a text.
    ClosingQuote,
    /// A comma before another field, a space before the time, or the end of the line.
    FieldEnd,
    /// A 64-bit time.
    Time,
    /// Nothing after the time.
    LineEnd,
    /// A character that is not an ASCII control character.
    Printable,
    /// Text in UTF-8.
    Utf8,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Measurement => "a measurement",
            Self::TagKey => "a tag key",
            Self::NewTagKey => "a tag key that is not on the line yet",
            Self::TagValue => "a tag value",
            Self::CommaOrSpace => "a comma or a space",
            Self::FieldKey => "a field key",
            Self::Equals => "an equals sign",
            Self::FieldValue => "a field value",
            Self::Int => "a 64-bit signed integer",
            Self::UInt => "a 64-bit unsigned integer",
            Self::Float => "a finite 64-bit float",
            Self::ClosingQuote => "a closing quote",
            Self::FieldEnd => "a comma, a space or the end of the line",
            Self::Time => "a 64-bit time",
            Self::LineEnd => "the end of the line",
            Self::Printable => "a printable character",
            Self::Utf8 => "UTF-8",
        })
    }
}
