//! Parses the text of a decode vector and compares the points.

use line_protocol::{FieldValue, ParseError, Point, parse};

use crate::form::{Bytes, CorpusPoint, DecodeVector, KeyValue, Value};

pub(crate) fn check(vector: &DecodeVector) -> Result<(), String> {
    let text = vector.text.decoded().ok_or("the text is no base64")?;
    let read = parse(&text).collect::<Result<Vec<Point>, ParseError>>();
    match (read, &vector.result, &vector.error) {
        (Ok(points), Some(expected), None) => {
            let found: Option<Vec<CorpusPoint>> =
                points.into_iter().map(|point| convert(point, vector)).collect();
            if found.as_ref() == Some(expected) {
                Ok(())
            } else {
                Err(format!("read {:?} as {found:?}, expected {expected:?}", vector.text))
            }
        }
        (Err(_), None, Some(_)) => Ok(()),
        (Ok(points), _, _) => {
            Err(format!("read {:?} as {points:?}, expected the error {:?}", vector.text, vector.error))
        }
        (Err(why), _, _) => Err(format!("cannot read {:?}: {why}", vector.text)),
    }
}

/// Converts a point to the format of the corpus: tags sorted by key, time in nanoseconds, default time cut to the
/// precision.
fn convert(point: Point, vector: &DecodeVector) -> Option<CorpusPoint> {
    let unit = vector.precision.nanoseconds();
    let time = match point.time {
        Some(time) => time.checked_mul(unit)?,
        None => vector.default_time_ns.div_euclid(unit) * unit,
    };
    let mut tags = point.tags;
    tags.sort();
    let tags =
        tags.into_iter().map(|(key, value)| KeyValue { key: Bytes::Text(key), value: Bytes::Text(value) });
    let fields = point.fields.into_iter().map(|(key, value)| KeyValue {
        key: Bytes::Text(key),
        value: match value {
            FieldValue::Float(value) => Value::Float(value),
            FieldValue::Int(value) => Value::Int(value),
            FieldValue::UInt(value) => Value::UInt(value),
            FieldValue::Bool(value) => Value::Bool(value),
            FieldValue::Text(value) => Value::String(Bytes::Text(value)),
        },
    });
    Some(CorpusPoint {
        time,
        name: Bytes::Text(point.measurement),
        tags: tags.collect(),
        fields: fields.collect(),
    })
}
