//! Writes: valid lines are stored, others are reported.

use jiff::Timestamp;
use line_protocol::ParseError;

use super::Refusal;
use super::store::{Conflict, Point, Store};

/// Nanoseconds per unit of a precision.
pub(super) fn precision(name: Option<&str>) -> Result<i64, Refusal> {
    match name {
        None | Some("" | "ns") => Ok(1),
        Some("us") => Ok(1_000),
        Some("ms") => Ok(1_000_000),
        Some("s") => Ok(1_000_000_000),
        Some(_) => {
            Err(Refusal::Invalid("invalid precision; valid precision units are ns, us, ms, and s".into()))
        }
    }
}

/// Stores the valid lines of a body. The error describes the others.
pub(super) fn batch(store: &mut Store, bucket: &str, body: &[u8], precision: i64) -> Result<(), Refusal> {
    let (mut stored, mut conflicts, mut unreadable) = (0_usize, Vec::new(), Vec::new());
    for line in line_protocol::parse(body) {
        match line.map(|parsed| point(bucket, parsed, precision)) {
            Err(error) => unreadable.push(error_text(&error)),
            Ok(Err(out_of_range)) => unreadable.push(out_of_range),
            Ok(Ok(point)) => match store.insert(point) {
                Ok(()) => stored += 1,
                Err(conflict) => conflicts.push(conflict),
            },
        }
    }
    match (unreadable.as_slice(), conflicts.as_slice()) {
        ([], []) if stored == 0 => Err(Refusal::Invalid("writing requires points".into())),
        ([], []) => Ok(()),
        ([], [first, ..]) => Err(Refusal::Conflict(conflict_message(first, conflicts.len()))),
        (lines, conflicts) if stored == 0 && conflicts.is_empty() => Err(Refusal::Invalid(lines.join("\n"))),
        (lines, conflicts) => {
            let dropped = conflicts.len();
            Err(Refusal::Invalid(format!("partial write: {} dropped={dropped}", lines.join("\n"))))
        }
    }
}

/// Converts a parsed point to a point of a bucket, with its time in nanoseconds.
fn point(bucket: &str, parsed: line_protocol::Point, precision: i64) -> Result<Point, String> {
    let time_ns = match parsed.time {
        Some(time) => time.checked_mul(precision).ok_or_else(|| "time outside range".to_owned())?,
        None => i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX),
    };
    Ok(Point {
        bucket: bucket.to_owned(),
        measurement: parsed.measurement,
        tags: parsed.tags.into_iter().collect(),
        fields: parsed.fields.into_iter().collect(),
        time_ns,
    })
}

fn error_text(error: &ParseError) -> String {
    format!("unable to parse '{}': expected {}", error.text, error.expected)
}

fn conflict_message(first: &Conflict, dropped: usize) -> String {
    let Conflict { measurement, field, given, stored } = first;
    format!(
        "failure writing points to database: partial write: field type conflict: input field \"{field}\" on \
         measurement \"{measurement}\" is type {given}, already exists as type {stored} dropped={dropped}"
    )
}
