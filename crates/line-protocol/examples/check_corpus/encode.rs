//! Writes the point of an encode vector and compares the line.

use line_protocol::{Error, Field, Lines, Name};

use crate::form::{Bytes, CorpusPoint, EncodeVector, Value};

pub(crate) fn check(vector: &EncodeVector) -> Result<(), String> {
    let written = write(&vector.point, vector.precision.nanoseconds());
    match (written, &vector.result, &vector.error) {
        (Ok(line), Some(expected), None) => {
            let expected = expected.as_text().ok_or("the expected line is no UTF-8")?;
            if is_same_but_for_float_spelling(&line, expected) {
                Ok(())
            } else {
                Err(format!("wrote {line:?}, expected {expected:?}"))
            }
        }
        (Err(_), None, Some(_)) => Ok(()),
        (Ok(line), _, _) => Err(format!("wrote {line:?}, expected the error {:?}", vector.error)),
        (Err(why), _, _) => Err(format!("cannot write {:?}: {why}", vector.point)),
    }
}

fn write(point: &CorpusPoint, precision: i64) -> Result<String, String> {
    let explain = |error: Error| error.to_string();
    let text = |bytes: &Bytes| bytes.as_text().map(str::to_owned).ok_or("no UTF-8".to_owned());

    // The corpus writes a line break in a string as `\n`.
    let mut lines = Lines::new().with_escaped_line_breaks();
    let mut line = lines.line(&Name::measurement(&text(&point.name)?).map_err(explain)?);
    for tag in &point.tags {
        let key = Name::key(&text(&tag.key)?).map_err(explain)?;
        line.tag(&key, &text(&tag.value)?).map_err(explain)?;
    }
    for field in &point.fields {
        let key = Name::key(&text(&field.key)?).map_err(explain)?;
        let value = match &field.value {
            Value::Float(value) => Field::Float(*value),
            Value::Int(value) => Field::Int(*value),
            Value::UInt(value) => Field::UInt(*value),
            Value::Bool(value) => Field::Bool(*value),
            Value::String(value) => Field::Text(value.as_text().ok_or("no UTF-8")?),
        };
        line.field(&key, value).map_err(explain)?;
    }
    line.end(point.time / precision).map_err(explain)?;
    Ok(lines.get(0).unwrap_or_default().to_owned())
}

/// Whether both lines are equal, except for the spelling of numbers.
fn is_same_but_for_float_spelling(a: &str, b: &str) -> bool {
    let Some(differs) = a.bytes().zip(b.bytes()).position(|(a, b)| a != b) else {
        return a.len() == b.len();
    };
    let word = a.get(..differs).and_then(|same| same.rfind('=')).map_or(0, |equals| equals + 1);
    let (Some((number_a, rest_a)), Some((number_b, rest_b))) = (number_at(a, word), number_at(b, word))
    else {
        return false;
    };
    number_a.to_bits() == number_b.to_bits() && is_same_but_for_float_spelling(rest_a, rest_b)
}

/// Number at this offset, and the rest of the line.
fn number_at(line: &str, start: usize) -> Option<(f64, &str)> {
    let text = line.get(start..)?;
    let (word, rest) = text.split_at_checked(text.find([',', ' ']).unwrap_or(text.len()))?;
    Some((word.parse().ok()?, rest))
}
