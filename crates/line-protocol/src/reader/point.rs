//! Parsing of points.

use super::Expected;
use super::cursor::{Cursor, Failure};

const MEASUREMENT_SEPARATORS: &[char] = &[',', ' '];
const SEPARATORS: &[char] = &[',', '=', ' '];

/// A parsed point. Tags and fields keep the order of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The measurement.
    pub measurement: String,
    /// Keys and values of the tags; no key occurs twice.
    pub tags: Vec<(String, String)>,
    /// Keys and values of the fields; there is at least one.
    pub fields: Vec<(String, FieldValue)>,
    /// The time, in the precision of the write; absent if the line has none.
    pub time: Option<i64>,
}

/// The parsed value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A number without a suffix.
    Float(f64),
    /// A number with the suffix `i`.
    Int(i64),
    /// A number with the suffix `u`.
    UInt(u64),
    /// A boolean in any of its spellings.
    Bool(bool),
    /// A quoted text.
    Text(String),
}

pub(super) fn read(line: &str) -> Result<Point, Failure> {
    let mut cursor = Cursor::new(line);
    let measurement = cursor.take_name(MEASUREMENT_SEPARATORS, Expected::Measurement)?;
    let tags = tags(&mut cursor)?;
    let fields = fields(&mut cursor)?;
    let time = time(&mut cursor)?;
    Ok(Point { measurement, tags, fields, time })
}

fn tags(cursor: &mut Cursor<'_>) -> Result<Vec<(String, String)>, Failure> {
    let mut tags: Vec<(String, String)> = Vec::new();
    while cursor.take(',') {
        let repeated = cursor.failure(Expected::NewTagKey);
        let key = key(cursor, Expected::TagKey)?;
        if tags.iter().any(|(earlier, _)| *earlier == key) {
            return Err(repeated);
        }
        tags.push((key, cursor.take_name(SEPARATORS, Expected::TagValue)?));
    }
    Ok(tags)
}

fn fields(cursor: &mut Cursor<'_>) -> Result<Vec<(String, FieldValue)>, Failure> {
    if !cursor.take_spaces() {
        return cursor.fail(if cursor.is_at_end() { Expected::FieldKey } else { Expected::CommaOrSpace });
    }
    let mut fields = Vec::new();
    loop {
        let key = key(cursor, Expected::FieldKey)?;
        fields.push((key, field_value(cursor)?));
        if !cursor.take(',') {
            return Ok(fields);
        }
    }
}

fn key(cursor: &mut Cursor<'_>, expected: Expected) -> Result<String, Failure> {
    let key = cursor.take_name(SEPARATORS, expected)?;
    if cursor.take('=') { Ok(key) } else { cursor.fail(Expected::Equals) }
}

fn field_value(cursor: &mut Cursor<'_>) -> Result<FieldValue, Failure> {
    if cursor.take('"') {
        return cursor.take_text().map(FieldValue::Text);
    }
    let word = cursor.word();
    match bare_value(word) {
        Ok(value) => {
            cursor.skip(word);
            Ok(value)
        }
        Err(expected) => cursor.fail(expected),
    }
}

fn bare_value(word: &str) -> Result<FieldValue, Expected> {
    match word {
        "t" | "T" | "true" | "True" | "TRUE" => return Ok(FieldValue::Bool(true)),
        "f" | "F" | "false" | "False" | "FALSE" => return Ok(FieldValue::Bool(false)),
        _ => {}
    }
    // This excludes numbers that only Rust accepts: with a plus sign, `inf`, `nan`.
    if !word.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.')) {
        return Err(Expected::FieldValue);
    }
    if let Some(digits) = word.strip_suffix('i') {
        return digits.parse().map(FieldValue::Int).map_err(|_| Expected::Int);
    }
    if let Some(digits) = word.strip_suffix('u') {
        return digits.parse().map(FieldValue::UInt).map_err(|_| Expected::UInt);
    }
    match word.parse() {
        Ok(float) if f64::is_finite(float) => Ok(FieldValue::Float(float)),
        _ => Err(Expected::Float),
    }
}

fn time(cursor: &mut Cursor<'_>) -> Result<Option<i64>, Failure> {
    if !cursor.take_spaces() && !cursor.is_at_end() {
        return cursor.fail(Expected::FieldEnd);
    }
    if cursor.is_at_end() {
        return Ok(None);
    }
    let word = cursor.word();
    let time = word.parse().ok().filter(|_| !word.starts_with('+'));
    let Some(time) = time else {
        return cursor.fail(Expected::Time);
    };
    cursor.skip(word);
    cursor.take_spaces();
    if cursor.is_at_end() { Ok(Some(time)) } else { cursor.fail(Expected::LineEnd) }
}
